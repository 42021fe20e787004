"""Expands SAM templates with AWS's own translator: reads one template a line, writes one answer a line.

An answer is {"template": …} or {"refused": …}. Needs Python 3.11 and aws-sam-translator of PyPI in an environment of
its own; README.md says how. Run by ask-translator.ts; no part of the suite.
"""

import json
import os
import sys

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

from samtranslator.model.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402


class NoManagedPolicies:
    """The translator then takes the ARNs that it contains, and asks no account."""

    def load(self):
        return {}


def answer(line):
    try:
        return {"template": transform(json.loads(line), {}, NoManagedPolicies())}
    except InvalidDocumentException as refusal:
        return {"refused": [cause.message for cause in refusal.causes]}
    except Exception as failure:  # A fault of the translator; such templates are counted and left out.
        return {"failed": repr(failure)}


for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
