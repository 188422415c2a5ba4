"""The stack's template: as it is, as SAM expands it, and what is wrong with it.

Law: a rule returns a list of offences. Raw SAM is never linted: that hides faults.
"""

import functools
import json
import os
import re

from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.runner import Runner
from samtranslator.public.translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from servers import ROOT

REGION = "eu-west-1"
PARAMETERS = {
    "PrimarySecretName": "switchback/primary",
    "StandbySecretName": "switchback/standby",
    "PairName": "payments",
    "EvidenceMode": "GOVERNANCE",
    "EvidenceDays": 1825,
    "TableName": "switchback-SagaTable",
    "TableRegion": REGION,
    "BucketName": "switchback-objects",
    "WakeTopicArn": f"arn:aws:sns:{REGION}:000000000000:switchback-WakeTopic",
}
# Where the function's code is said to be: SAM's translator takes no path of this machine.
CODE = {"Bucket": "code", "Key": "saga.zip"}

# The action that AWS wants for each operation of the SDK that shared/aws calls.
ACTIONS = {
    "get_item": "dynamodb:GetItem",
    "put_item": "dynamodb:PutItem",
    "update_item": "dynamodb:UpdateItem",
    "query": "dynamodb:Query",
    "get_object": "s3:GetObject",
    "head_object": "s3:GetObject",
    "put_object": "s3:PutObject",
    "publish": "sns:Publish",
    "describe_events": "health:DescribeEvents",
}
# Granted, though no code of ours calls it, and why.
BESIDES = {
    "s3:ListBucket": "without it a missing object answers 403 instead of 404",
    "kms:Decrypt": "SNS asks it of whoever publishes to a topic with a key of its own",
    "kms:GenerateDataKey": "the same",
    "sqs:SendMessage": "Lambda puts there what it gives up",
    "lambda:InvokeFunction": "the schedule ticks",
}
# It writes logs; the group is in the template, so that nothing has to be created.
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
# Reads, writes of single items and objects, messages. Whatever else there is creates or reconfigures.
DATA_PLANE = re.compile(
    r"dynamodb:(GetItem|PutItem|UpdateItem|Query)|s3:(GetObject|PutObject|ListBucket)"
    r"|health:DescribeEvents|sns:Publish|kms:(Decrypt|GenerateDataKey)|sqs:SendMessage|lambda:InvokeFunction"
)
# Has no resource that a policy could name [AWS: service authorization reference].
ANYWHERE = {"health:DescribeEvents"}
# The property in which a type of resource has its own name; left out, CloudFormation makes one up.
NAMES = {
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Key": "",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Lambda::Permission": "",
    "AWS::Lambda::Url": "",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Subscription": "",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
}


def read(file="template.yaml"):
    return yaml_parse((ROOT / "infra/aws" / file).read_text())


class NoPolicies(ManagedPolicyLoader):
    """SAM looks managed policies up in an account; the template names them in full."""

    def __init__(self):
        pass

    def load(self):
        return {}


def expand(template):
    """What CloudFormation gets to see."""
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = CODE
    return json.loads(json.dumps(transform(template, PARAMETERS, NoPolicies()), default=str))


@functools.cache
def linter():
    return Runner(ConfigMixIn(regions=[REGION]))


def lint(expanded):
    """Warnings and errors of cfn-lint."""
    decoded, unreadable = decode_str(json.dumps(expanded))
    found = unreadable or linter().validate_template(decoded)
    return [f"{match.rule.id} {match.message}" for match in found]


def operations():
    """The operations of the SDK that shared/aws calls."""
    found = set()
    for file in sorted((ROOT / "shared/aws/src").rglob("*.rs")):
        product, _, _ = file.read_text().partition("#[cfg(test)]")
        found.update(re.findall(r"\bclient\s*\.\s*(\w+)\(\)", product))
    return found


def permissions(expanded, called):
    """What roles may do and nothing needs, what is needed and no role may do, and what no role ever may."""
    offences = [f"{name}: say here which action it needs" for name in sorted(called - set(ACTIONS))]
    granted = set()
    for name, resource in expanded["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        properties = resource["Properties"]
        others = set(properties.get("ManagedPolicyArns", [])) - {LOGS}
        offences += [f"{name}: {policy} grants more than is known here" for policy in sorted(others)]
        for policy in properties["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions, resources = listed(statement["Action"]), listed(statement["Resource"])
                granted.update(actions)
                if "*" in resources and not set(actions) <= ANYWHERE:
                    offences.append(f"{name}: {', '.join(actions)} on everything")
    needed = {ACTIONS[name] for name in called & set(ACTIONS)}
    offences += [f"{action}: needed and not granted" for action in sorted(needed - granted)]
    offences += [f"{action}: granted and not needed" for action in sorted(granted - needed - set(BESIDES))]
    offences += [f"{action}: explained here and not granted" for action in sorted(set(BESIDES) - granted)]
    creating = (action for action in sorted(granted) if not DATA_PLANE.fullmatch(action))
    offences += [f"{action}: creates or reconfigures a resource (S20)" for action in creating]
    return offences


def listed(one_or_more):
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def kept(template):
    """What would be lost with the stack, or could not be brought back."""
    wanted = {
        "SagaTable": {
            "DeletionProtectionEnabled": True,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
        },
        "ObjectBucket": {
            "VersioningConfiguration": {"Status": "Enabled"},
            "PublicAccessBlockConfiguration": dict.fromkeys(
                ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
            ),
        },
    }
    wanted["EvidenceBucket"] = wanted["ObjectBucket"] | {"ObjectLockEnabled": True}
    offences = []
    for name, properties in wanted.items():
        resource = template["Resources"][name]
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if resource.get(policy) != "Retain":
                offences.append(f"{name}: {policy} is not Retain")
        for key, value in properties.items():
            if resource["Properties"].get(key) != value:
                offences.append(f"{name}: {key} is not {value}")
    return offences


def fixed_names(expanded):
    """Names that a second stack in the same account and region would want, too."""
    offences = []
    for name, resource in expanded["Resources"].items():
        own = NAMES.get(resource["Type"])
        if own is None:
            offences.append(f"{name}: say here how a {resource['Type']} is named")
        elif own in resource["Properties"]:
            offences.append(f"{name}: {own} is the same in every stack")
    return offences


def address(expanded, function):
    """What is missing for a function to be called at its own address: since October 2025 both permissions are needed."""
    granted = {
        resource["Properties"]["Action"]
        for resource in expanded["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["FunctionName"] == {"Ref": function}
        and (
            resource["Properties"].get("FunctionUrlAuthType") == "NONE"
            or resource["Properties"].get("InvokedViaFunctionUrl") is True
        )
    }
    return sorted({"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"} - granted)


def granted_to(expanded, role):
    """Actions and resources of a role's policies."""
    return [
        (action, json.dumps(statement["Resource"]))
        for policy in expanded["Resources"][role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
    ]


def lint_other(name):
    """Warnings and errors of cfn-lint for a template beside the stack's."""
    decoded, unreadable = decode_str((ROOT / "infra/aws" / name).read_text())
    found = unreadable or linter().validate_template(decoded)
    return [f"{match.rule.id} {match.message}" for match in found]
