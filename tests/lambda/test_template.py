"""Checks the template without deploying it, and shows that each check can fail."""

import json
import re

import pytest
from samtranslator.model.exceptions import InvalidDocumentException

import template
from servers import ROOT


def function(it):
    return it["Resources"]["SagaFunction"]["Properties"]


def table(it):
    return it["Resources"]["SagaTable"]["Properties"]


def test_the_linter_has_nothing_to_say():
    assert template.lint(template.expand(template.read())) == []


def wrong_attribute(it):
    function(it)["DeadLetterQueue"]["TargetArn"] = {"Fn::GetAtt": ["DeadLetters", "Arm"]}


def key_without_definition(it):
    table(it)["AttributeDefinitions"].pop()


def reference_to_nothing(it):
    function(it)["Events"]["Wake"]["Properties"]["Topic"] = {"Ref": "WakeTopics"}


def value_that_does_not_exist(it):
    table(it)["BillingMode"] = "PAY_PER_REQEST"


def property_that_does_not_exist(it):
    table(it)["TimeToLife"] = {"Enabled": False}


def cycle(it):
    it["Resources"]["SagaTable"]["DependsOn"] = "ObjectBucket"
    it["Resources"]["ObjectBucket"]["DependsOn"] = "SagaTable"


@pytest.mark.parametrize(
    ("plant", "code"),
    [
        (wrong_attribute, "E1010"),
        (key_without_definition, "E3039"),
        (reference_to_nothing, "E1020"),
        (value_that_does_not_exist, "E3030"),
        (property_that_does_not_exist, "E3002"),
        (cycle, "E3004"),
    ],
)
def test_the_linter_finds_a_planted_fault(plant, code):
    planted = template.read()
    plant(planted)
    found = template.lint(template.expand(planted))
    assert any(one.startswith(code) for one in found), found


def test_a_misspelt_property_of_the_function_is_refused():
    planted = template.read()
    function(planted)["MemorySizes"] = 512
    with pytest.raises(InvalidDocumentException):
        template.expand(planted)


def test_the_policy_of_actions_names_what_actions_call():
    policy = json.loads((ROOT / "infra/aws/actions-policy.json").read_text())
    granted = [action for one in policy["Statement"] for action in template.listed(one["Action"])]
    called = set()
    for file in (ROOT / "shared/aws/src/actions").glob("*.rs"):
        for words in re.findall(r'"((?:s3|ssm|sns|kinesis|route53|secretsmanager):[^"]*)"', file.read_text()):
            called.update(re.findall(r"\b[a-z0-9]+:[A-Z]\w+", words))
    assert called and sorted(granted) == sorted(called)
    assert all("*" != one["Resource"] for one in policy["Statement"])


def test_the_policy_of_probes_names_what_probes_call():
    policy = json.loads((ROOT / "infra/aws/probes-policy.json").read_text())
    granted = [action for one in policy["Statement"] for action in template.listed(one["Action"])]
    called = set()
    for file in (ROOT / "shared/aws/src/probes").glob("*.rs"):
        called.update(re.findall(r'"(s3:[A-Z]\w+)"', file.read_text()))
    assert called and sorted(granted) == sorted(called)
    assert all("*" != one["Resource"] for one in policy["Statement"])


def watching():
    return template.read("watch-from.yaml")


def test_the_second_place_only_looks_and_may_do_no_more():
    expanded = template.expand(watching())
    assert template.lint(expanded) == []
    assert template.fixed_names(expanded) == []
    variables = watching()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["SWITCHBACK_JUDGE"] == "no"
    source = (ROOT / "shared/runtime/src/deployed.rs").read_text()
    assert set(re.findall(r'required\("(\w+)"\)', source)) <= set(variables)
    granted = set()
    for policy in watching()["Resources"]["ProbeFunction"]["Properties"]["Policies"]:
        for statement in policy["Statement"]:
            granted.update(template.listed(statement["Action"]))
    assert granted == {"dynamodb:GetItem", "dynamodb:PutItem", "health:DescribeEvents"}


def test_what_is_kept_outlives_the_stack():
    assert template.kept(template.read()) == []


@pytest.mark.parametrize("name", ["SagaTable", "ObjectBucket"])
def test_something_kept_that_would_be_lost_is_found(name):
    planted = template.read()
    del planted["Resources"][name]["DeletionPolicy"]
    assert template.kept(planted) == [f"{name}: DeletionPolicy is not Retain"]


def expiring(it):
    """Prefixes below which current objects are deleted by age."""
    rules = it["Resources"]["ObjectBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    return [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule or "ExpirationDate" in rule]


def test_no_lifecycle_deletes_the_latest_checkpoint_or_anything_else_but_versions():
    source = (ROOT / "shared/engine/src").rglob("*.rs")
    keys = {key for file in source for key in re.findall(r'format!\("([a-z-]+/)\{', file.read_text())}
    assert {"pairs/", "sagas/", "checkpoints/"} <= keys, keys
    assert expiring(template.read()) == ["checkpoints/"]
    keys = (ROOT / "shared/engine/src/keys.rs").read_text()
    assert 'format!("pairs/{}/checkpoints/{}"' in keys and 'format!("checkpoints/{}/{}/{content}.json"' in keys


def test_two_pairs_fit_into_one_region():
    assert template.fixed_names(template.expand(template.read())) == []


def test_a_name_that_every_stack_would_have_is_found():
    planted = template.read()
    # Without it SAM gives every stack's schedule the same name.
    del function(planted)["Events"]["Tick"]["Properties"]["OmitName"]
    assert template.fixed_names(template.expand(planted)) == ["SagaFunctionTick: Name is the same in every stack"]


def test_the_template_sets_every_variable_that_the_function_requires():
    source = (ROOT / "shared/runtime/src/deployed.rs").read_text()
    required = set(re.findall(r'required\("(\w+)"\)', source))
    assert required
    assert required <= set(template.read()["Globals"]["Function"]["Environment"]["Variables"])


def test_the_webhooks_can_be_called_at_their_address():
    assert template.address(template.expand(template.read()), "SignalFunction") == []


def test_an_address_that_nobody_may_call_is_found():
    planted = template.read()
    del planted["Resources"]["SignalFunction"]["Properties"]["FunctionUrlConfig"]
    del planted["Outputs"]["Webhooks"]
    assert len(template.address(template.expand(planted), "SignalFunction")) == 2


def test_whoever_can_be_called_by_anybody_takes_no_more_than_a_few_at_a_time():
    for name in ("SignalFunction", "ApprovalFunction"):
        assert template.read()["Resources"][name]["Properties"]["ReservedConcurrentExecutions"] <= 10


def test_the_template_that_forwards_has_nothing_to_be_said_against():
    assert template.lint_other("forward.yaml") == []
    stack = template.read()["Resources"]["SignalFunction"]["Properties"]["Events"]["Health"]["Properties"]["Pattern"]
    text = (ROOT / "infra/aws/forward.yaml").read_text()
    assert template.yaml_parse(text)["Resources"]["ForwardRule"]["Properties"]["EventPattern"] == {
        **stack,
        "source": ["aws.health"],
    }
