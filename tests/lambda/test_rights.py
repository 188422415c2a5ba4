"""Checks that each function has the rights that it uses and no more, and that each deviation is found."""

import pytest

import rights
import template
from rights import RIGHTS

FUNCTIONS = sorted(RIGHTS)


@pytest.fixture(scope="module")
def it():
    return template.read()


def statements(it, function):
    return [one for policy in it["Resources"][function]["Properties"]["Policies"] for one in policy["Statement"]]


def found(it):
    return rights.offences(it, template.expand(template.copied(it)))


def test_each_role_may_do_exactly_what_its_function_does(it):
    assert found(it) == []


def test_every_function_of_the_template_and_of_the_repository_has_a_row(it):
    functions = {name for name, _ in rights.of_type(it, "AWS::Serverless::Function")}
    folders = {folder.name for folder in (template.ROOT / "functions").iterdir() if folder.is_dir()}
    assert functions == set(RIGHTS) == {f"{name.capitalize()}Function" for name in folders}


def test_the_code_calls_no_operation_that_the_table_has_no_action_for():
    called = template.operations()
    assert called, "no operation of the SDK was found in shared/aws"
    assert called <= set(template.ACTIONS), "say in template.ACTIONS which action each needs"
    actions = {action for row in RIGHTS.values() for actions in row.values() for action in actions}
    assert {template.ACTIONS[name] for name in called} == actions - {"sqs:SendMessage"}


def test_an_operation_without_an_action_is_found(tmp_path):
    (tmp_path / "new.rs").write_text("self.client.create_table().send()\n#[cfg(test)]\nclient.delete_item()")
    assert template.operations(tmp_path) == {"create_table"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_right_that_a_function_lacks_is_found(it, function):
    """The rights of the other functions make no difference."""
    tried = 0
    for place, statement in enumerate(statements(it, function)):
        for action in template.listed(statement["Action"]):
            planted = template.copied(it)
            one = statements(planted, function)[place]
            one["Action"] = [other for other in template.listed(one["Action"]) if other != action]
            if not one["Action"]:
                planted["Resources"][function]["Properties"]["Policies"][0]["Statement"].pop(place)
            missing = [offence for offence in found(planted) if offence.endswith(": missing")]
            assert missing and all(offence.startswith(f"{function}Role: {action} on ") for offence in missing), missing
            tried += 1
    assert tried >= 2


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_right_that_only_another_function_needs_is_found(it, function):
    """All rights of all functions are planted into this one."""
    others = {right for role in rights.meant(it).values() for right in role}
    own = rights.meant(it)[f"{function}Role"]
    unused = sorted(others - own - {("lambda:InvokeFunction", name) for name in FUNCTIONS}) + [
        ("dynamodb:DeleteItem", rights.TABLE)
    ]
    planted = template.copied(it)
    for action, resource in unused:
        statements_of = planted["Resources"][function]["Properties"]["Policies"][0]["Statement"]
        statements_of.append({"Effect": "Allow", "Action": action, "Resource": reference(resource)})
    lines = found(planted)
    for action, resource in unused:
        assert f"{function}Role: {action} on {resource}: unused" in lines, lines
    assert f"{function}Role: dynamodb:DeleteItem creates or reconfigures a resource (S20)" in lines


def reference(resource):
    if resource.endswith("/*"):
        return {"Fn::Sub": f"${{{resource[:-2]}.Arn}}/*"}
    return resource if resource == "*" else {"Fn::GetAtt": [resource, "Arn"]}


def on_everything(it):
    statements(it, "SagaFunction")[3]["Resource"] = "*"


def every_action(it):
    statements(it, "SagaFunction")[3]["Action"] = "sns:*"


def policy_from_elsewhere(it):
    it["Resources"]["ProbeFunction"]["Properties"]["Policies"].append("arn:aws:iam::aws:policy/AmazonS3FullAccess")


def another_table(it):
    statements(it, "SyncFunction")[0]["Resource"] = {"Fn::GetAtt": ["ObjectBucket", "Arn"]}


def another_key(it):
    it["Resources"]["WakeTopic"]["Properties"]["KmsMasterKeyId"] = {"Ref": "TopicKey"}
    del it["Resources"]["PeopleTopic"]["Properties"]["KmsMasterKeyId"]
    it["Resources"]["ApprovalFunction"]["Properties"]["Policies"][0]["Statement"].pop()


def role_that_is_no_output(it):
    del it["Outputs"]["ProbeRole"]


def output_of_a_role_too_many(it):
    it["Outputs"]["SyncRole"] = {"Value": {"Ref": "SyncFunctionRole"}}


@pytest.mark.parametrize(
    ("plant", "says"),
    [
        (on_everything, "SagaFunctionRole: sns:Publish on everything"),
        (every_action, "SagaFunctionRole: sns:* on PeopleTopic: unused"),
        (policy_from_elsewhere, "ProbeFunctionRole: arn:aws:iam::aws:policy/AmazonS3FullAccess grants more than"),
        (another_table, "SyncFunctionRole: dynamodb:GetItem on SagaTable: missing"),
        (another_key, "ApprovalFunctionRole: kms:Decrypt on TopicKey: missing"),
        (role_that_is_no_output, "ProbeFunctionRole: no output, and actions need its name"),
        (output_of_a_role_too_many, "SyncFunctionRole: an output, and it takes no policy of actions"),
    ],
)
def test_a_planted_permission_is_found(it, plant, says):
    planted = template.copied(it)
    plant(planted)
    lines = found(planted)
    assert any(one.startswith(says) for one in lines), lines
