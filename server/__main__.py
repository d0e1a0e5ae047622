"""`python -m server` is `genstudio`."""

from server.commands.cli import app

if __name__ == "__main__":
    app(prog_name="genstudio")
