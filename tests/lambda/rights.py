"""Lists the intended rights of each function, and finds the differences between them and a template.

The table is written by hand, and has the intended rights. Three checks hold it to the code:
 - each operation of the SDK that shared/aws calls has an action in template.ACTIONS;
 - infra/local/src/stack/rights.rs refuses, in every test that runs a function, each request that the template does
   not grant to that function, so a row that is missing here and in the template fails there;
 - tests/behaviours/rights.rs runs every function, and finds each right that the template grants and no function has used.

Law: the comparison is by role and in both directions. A right of one role makes up for nothing in another.
"""

import re

from template import LOGS, listed

TABLE, OBJECTS, EVIDENCE = "SagaTable", "ObjectBucket", "EvidenceBucket"
WAKE, PEOPLE = "WakeTopic", "PeopleTopic"

READS = {"dynamodb:GetItem", "dynamodb:Query"}
ITEMS = READS | {"dynamodb:PutItem", "dynamodb:UpdateItem"}
OBJECT = {"s3:GetObject", "s3:PutObject"}
PUBLISH = {"sns:Publish"}
KEY = {"kms:Decrypt", "kms:GenerateDataKey"}
GIVEN_UP = {"sqs:SendMessage"}

# Function -> resource -> actions. `meant` adds the rights that follow from these.
RIGHTS = {
    # It drives sagas: their records, their objects, the evidence at the end. It wakes itself, and sends people messages
    # and questions.
    "SagaFunction": {
        TABLE: ITEMS,
        f"{OBJECTS}/*": OBJECT,
        f"{EVIDENCE}/*": OBJECT,
        WAKE: PUBLISH,
        PEOPLE: PUBLISH,
        "DeadLetters": GIVEN_UP,
    },
    # It probes and proposes. It drives a saga that gives way to a failover to its end, evidence included.
    "ProbeFunction": {
        TABLE: ITEMS,
        f"{OBJECTS}/*": OBJECT,
        f"{EVIDENCE}/*": OBJECT,
        WAKE: PUBLISH,
        PEOPLE: PUBLISH,
        "*": {"health:DescribeEvents"},
    },
    # It begins drills, and asks for the end of those whose alarm rings. It drives no saga.
    "DrillFunction": {
        TABLE: ITEMS,
        f"{OBJECTS}/*": OBJECT,
        WAKE: PUBLISH,
        PEOPLE: PUBLISH,
    },
    # It reads the pair's head and the last verdict, and writes only objects.
    "SyncFunction": {TABLE: {"dynamodb:GetItem"}, f"{OBJECTS}/*": OBJECT},
    # It shows the question of a plan and takes the answer. It sends everybody a message about a locked link.
    "ApprovalFunction": {
        TABLE: READS | {"dynamodb:PutItem"},
        f"{OBJECTS}/*": {"s3:GetObject"},
        WAKE: PUBLISH,
        PEOPLE: PUBLISH,
    },
    # It is open to everybody. It merges tracks of signals, and reaches nothing else.
    "SignalFunction": {TABLE: {"dynamodb:GetItem", "dynamodb:PutItem"}, "DeadLetters": GIVEN_UP},
}

# A function that drafts plans measures datasets, and one that drives sagas carries out actions. So their roles are
# outputs, and take infra/aws/actions-policy.json.
WITH_ACTIONS = {"SagaFunction", "ProbeFunction", "DrillFunction", "ApprovalFunction"}

# This action has no resource that a policy could name [AWS: service authorization reference].
ANYWHERE = {"health:DescribeEvents"}

# Reads, writes of single items and objects, messages. Every other action creates or reconfigures something.
DATA_PLANE = re.compile(
    r"dynamodb:(GetItem|PutItem|UpdateItem|Query)|s3:(GetObject|PutObject|ListBucket)"
    r"|health:DescribeEvents|sns:Publish|kms:(Decrypt|GenerateDataKey)|sqs:SendMessage|lambda:InvokeFunction"
)


def meant(it):
    """Role -> (action, resource), for a template as it is written: the table, and the rights that follow from it."""
    keys = {
        name: properties["KmsMasterKeyId"]["Ref"]
        for name, properties in of_type(it, "AWS::SNS::Topic")
        if isinstance(properties.get("KmsMasterKeyId"), dict)
    }
    roles = {}
    for function, rights in RIGHTS.items():
        found = {(action, resource) for resource, actions in rights.items() for action in actions}
        # Without it S3 answers 403 instead of 404 for a missing object [S3: API GetObject, permissions].
        found |= {("s3:ListBucket", resource[:-2]) for action, resource in found if action == "s3:GetObject"}
        # SNS asks it of every publisher to a topic with a key of its own [SNS: key management].
        found |= {(action, keys[resource]) for _, resource in found if resource in keys for action in KEY}
        roles[f"{function}Role"] = found
    for function, properties in of_type(it, "AWS::Serverless::Function"):
        for event, source in properties.get("Events", {}).items():
            if source["Type"] == "ScheduleV2":
                roles[f"{function}{event}Role"] = {("lambda:InvokeFunction", function)}
    return roles


def granted(expanded):
    """Role -> (action, resource), for the template that CloudFormation gets."""
    roles = {}
    for name, properties in of_type(expanded, "AWS::IAM::Role"):
        statements = [one for policy in properties.get("Policies", []) for one in policy["PolicyDocument"]["Statement"]]
        roles[name] = {
            (action, named(resource))
            for one in statements
            for action in listed(one["Action"])
            for resource in listed(one["Resource"])
        }
    return roles


def of_type(it, kind):
    return [(name, one["Properties"]) for name, one in it["Resources"].items() if one["Type"] == kind]


def named(resource):
    """The name of a resource in the template."""
    if isinstance(resource, str):
        return resource
    if "Ref" in resource:
        return resource["Ref"]
    if "Fn::GetAtt" in resource:
        return resource["Fn::GetAtt"][0]
    return resource["Fn::Sub"].replace("${", "").replace(".Arn}", "")


def offences(it, expanded):
    """Role by role: missing rights, unused rights, and rights that no role may ever have."""
    wanted, found = meant(it), granted(expanded)
    lines = [f"{role}: say here what it may do" for role in sorted(found.keys() - wanted.keys())]
    lines += [f"{role}: there is no such role" for role in sorted(wanted.keys() - found.keys())]
    for role in sorted(wanted.keys() & found.keys()):
        lines += [f"{role}: {action} on {what}: missing" for action, what in sorted(wanted[role] - found[role])]
        lines += [f"{role}: {action} on {what}: unused" for action, what in sorted(found[role] - wanted[role])]
    for role in sorted(found):
        for action, what in sorted(found[role]):
            if not DATA_PLANE.fullmatch(action):
                lines.append(f"{role}: {action} creates or reconfigures a resource (S20)")
            if what == "*" and action not in ANYWHERE:
                lines.append(f"{role}: {action} on everything")
    for name, properties in of_type(expanded, "AWS::IAM::Role"):
        others = set(properties.get("ManagedPolicyArns", [])) - {LOGS}
        lines += [f"{name}: {policy} grants more than is known here" for policy in sorted(others)]
    return lines + actions(it)


def actions(it):
    """Functions whose roles take the policy of actions and are no outputs, and the other way round."""
    refs = [output["Value"].get("Ref", "") for output in it["Outputs"].values() if isinstance(output["Value"], dict)]
    shown = {ref.removesuffix("Role") for ref in refs if ref.endswith("FunctionRole")}
    lines = [f"{name}Role: no output, and actions need its name" for name in sorted(WITH_ACTIONS - shown)]
    return lines + [f"{name}Role: an output, and it takes no policy of actions" for name in sorted(shown - WITH_ACTIONS)]
