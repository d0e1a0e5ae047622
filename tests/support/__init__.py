"""What tests stand on: a real Redis, a real browser, a real installation. No tests here."""
