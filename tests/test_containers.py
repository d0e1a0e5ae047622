"""Dockerfile, docker-compose.yml and Caddyfile agree with each other and with the code, as far as reading can tell.

No image is built here: the steps are read, not run.
"""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.settings import ServerSettings

ROOT = Path(__file__).parents[1]


@dataclass
class Stage:
    """One FROM of the Dockerfile and what follows it."""

    base: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [rest for name, rest in self.steps if name == instruction]


def dockerfile() -> dict[str, Stage]:
    """Stages by name."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    stages: dict[str, Stage] = {}
    stage = Stage("")
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        name, _, rest = line.strip().partition(" ")
        if name == "FROM":
            base, _, label = rest.partition(" AS ")
            stage = stages[label] = Stage(base)
        elif name:
            stage.steps.append((name, rest))
    return stages


def lineage(stages: dict[str, Stage], name: str) -> list[Stage]:
    """A stage and those it stands on."""
    return [stages[name], *lineage(stages, stages[name].base)] if name in stages else []


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def built_services() -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def gateways() -> list[str]:
    return sorted(name for name, service in built_services().items() if service["build"]["target"] == "gateway")


def caddyfile() -> str:
    return re.sub(r"#.*", "", (ROOT / "Caddyfile").read_text())


def test_every_service_is_built_from_a_stage_that_takes_its_arguments() -> None:
    stages = dockerfile()
    for name, service in built_services().items():
        build = service["build"]
        assert build["target"] in stages, f"{name}: the Dockerfile has no stage {build['target']}"
        declared = {rest.partition("=")[0] for stage in lineage(stages, build["target"]) for rest in stage.all("ARG")}
        assert set(build.get("args", {})) <= declared, f"{name} gives arguments that the Dockerfile does not take"


def test_an_installation_is_two_gateways_and_a_renderer_with_a_gpu_profile_on_one_valkey() -> None:
    services = compose()["services"]
    assert gateways() == ["gateway-1", "gateway-2"]
    assert services["renderer"]["build"]["target"] == services["renderer-gpu"]["build"]["target"] == "renderer"
    assert "profiles" not in services["renderer"]
    assert services["renderer-gpu"]["profiles"] == ["gpu"]
    (device,) = services["renderer-gpu"]["deploy"]["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    assert services["valkey"]["image"].startswith("valkey/valkey:")


def test_the_image_of_a_gateway_installs_no_torch() -> None:
    installs = [
        step for stage in lineage(dockerfile(), "gateway") for step in stage.all("RUN") if "pip install" in step
    ]
    assert installs
    assert not [step for step in installs if "torch" in step or "[models]" in step]


def test_the_image_of_a_renderer_installs_what_draws() -> None:
    installs = " ".join(dockerfile()["renderer"].all("RUN"))
    assert "[models]" in installs
    assert "torch" in installs


def test_every_installation_in_the_images_is_held_by_the_pins() -> None:
    for name, stage in dockerfile().items():
        for step in stage.all("RUN"):
            if "pip install" in step:
                assert "--constraint" in step, f"stage {name}: {step}"


def test_what_the_images_copy_is_in_the_tree_and_not_ignored() -> None:
    allowed = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    for stage in dockerfile().values():
        for step in stage.all("COPY"):
            words = shlex.split(step)
            if not words[0].startswith("--from="):
                for source in words[:-1]:
                    assert (ROOT / source).exists(), f"COPY {source}: no such file"
                    assert source.split("/")[0] in allowed, f"COPY {source}: left out by .dockerignore"


def test_nothing_runs_as_root() -> None:
    for target in ("gateway", "renderer"):
        assert dockerfile()[target].all("USER") == ["genstudio"]


def test_the_door_the_gateways_and_their_health_check_speak_of_one_port() -> None:
    gateway = dockerfile()["gateway"]
    (port,) = gateway.all("EXPOSE")
    command = json.loads(gateway.all("CMD")[0])
    assert command[command.index("--port") + 1] == port
    assert f"127.0.0.1:{port}/healthz" in gateway.all("HEALTHCHECK")[0]
    (upstreams,) = re.findall(r"reverse_proxy (.*) \{", caddyfile())
    assert sorted(upstreams.split()) == [f"{name}:{port}" for name in gateways()]


def test_the_door_listens_where_its_port_is_published() -> None:
    door = compose()["services"]["door"]
    (published,) = door["ports"]
    (listening,) = re.findall(r"^:(\d+) \{", caddyfile(), flags=re.MULTILINE)
    assert published.rsplit(":", 1)[1] == listening
    assert set(door["depends_on"]) == set(gateways())
    assert caddyfile().count("{") == caddyfile().count("}")


def test_all_parts_meet_on_one_valkey_that_has_no_way_out() -> None:
    services = compose()["services"]
    assert services["valkey"]["networks"] == ["backstage"]
    assert "ports" not in services["valkey"]
    assert compose()["networks"]["backstage"] == {"internal": True}
    for service in built_services().values():
        assert service["environment"]["GENSTUDIO_REDIS_URL"] == "redis://valkey:6379/0"
        assert "backstage" in service["networks"]


def test_every_setting_named_in_the_containers_exists() -> None:
    named = {rest for stage in dockerfile().values() for rest in re.findall(r"GENSTUDIO_\w+", str(stage.steps))}
    named |= {
        key for service in built_services().values() for key in service["environment"] if key.startswith("GENSTUDIO_")
    }
    known = {f"GENSTUDIO_{name.upper()}" for name in ServerSettings.model_fields}
    assert named <= known, f"no such setting: {', '.join(sorted(named - known))}"


@pytest.mark.parametrize("target", ["gateway", "renderer"])
def test_the_images_start_a_command_that_exists(target: str) -> None:
    from typer.main import get_command

    from server.commands.cli import app

    command, *options = json.loads(dockerfile()[target].all("CMD")[0])
    commands = getattr(get_command(app), "commands", {})
    assert command in commands
    known = {option for parameter in commands[command].params for option in parameter.opts}
    assert {word for word in options if word.startswith("--")} <= known
