"""Checks that a function which cannot start names the missing value and the remedy."""

import json

import pytest

from conftest import TARGET, run

REQUIRED = ["SWITCHBACK_CONFIG", "SWITCHBACK_TABLE", "SWITCHBACK_BUCKET", "SWITCHBACK_WAKE_TOPIC"]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_variable_is_named(variables, name):
    told = not_booted({**variables, name: ""})
    assert told == f"the variable {name} is not set: infra/aws/template.yaml sets it"


def test_a_missing_secret_is_named_with_its_place(variables, configuration):
    told = not_booted({**variables, "STANDBY_CLIENT_SECRET": ""})
    assert told == f"{configuration}, line 13: the variable STANDBY_CLIENT_SECRET is not set: set it"


def test_a_missing_configuration_is_named(variables, tmp_path):
    missing = tmp_path / "pair.toml"
    assert not_booted({**variables, "SWITCHBACK_CONFIG": str(missing)}).startswith(f"{missing}: cannot be read")


def test_a_wrong_configuration_is_named_with_its_line(variables, configuration, tmp_path):
    wrong = tmp_path / "pair.toml"
    wrong.write_text(configuration.read_text().replace("[primary]", "[first]"))
    told = not_booted({**variables, "SWITCHBACK_CONFIG": str(wrong)})
    assert told.startswith(f"{wrong}, line 4: ") and "first" in told, told


def not_booted(variables):
    """The log, which has one line of JSON."""
    done = run([str(TARGET / "debug/saga")], **variables)
    assert done.returncode == 1
    line = json.loads(done.stderr.splitlines()[0])
    assert (line["level"], line["fields"]["code"]) == ("ERROR", "NOT-BOOTED")
    return line["fields"]["message"]
