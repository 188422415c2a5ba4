"""Reads the stack's template, expands it by SAM, and finds faults in it.

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
# A made-up place of the function's code, since SAM's translator takes no path of this machine.
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
# This policy allows a function to write logs. The log group is in the template, so that none has to be created.
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
# The property in which a type of resource has its own name. Without it CloudFormation makes up a name.
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


def copied(it):
    """A copy that may be changed."""
    return json.loads(json.dumps(it))


class NoPolicies(ManagedPolicyLoader):
    """SAM would read managed policies from an account. The template names them in full, so none is needed."""

    def __init__(self):
        pass

    def load(self):
        return {}


def expand(template):
    """The template that CloudFormation gets."""
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


def operations(folder=ROOT / "shared/aws/src"):
    """The operations of the SDK that the code in a folder calls."""
    found = set()
    for file in sorted(folder.rglob("*.rs")):
        product, _, _ = file.read_text().partition("#[cfg(test)]")
        found.update(re.findall(r"\bclient\s*\.\s*(\w+)\(\)", product))
    return found


def listed(one_or_more):
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def kept(template):
    """Data that would be lost with the stack, or could not be brought back."""
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
    """Names that a second stack in the same account and region would need, too."""
    offences = []
    for name, resource in expanded["Resources"].items():
        own = NAMES.get(resource["Type"])
        if own is None:
            offences.append(f"{name}: say here how a {resource['Type']} is named")
        elif own in resource["Properties"]:
            offences.append(f"{name}: {own} is the same in every stack")
    return offences


def address(expanded, function):
    """Missing permissions to call a function at its own address. Since October 2025 both are needed."""
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


def lint_other(name):
    """Warnings and errors of cfn-lint for a template beside the stack's."""
    decoded, unreadable = decode_str((ROOT / "infra/aws" / name).read_text())
    found = unreadable or linter().validate_template(decoded)
    return [f"{match.rule.id} {match.message}" for match in found]
