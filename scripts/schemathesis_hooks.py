"""Replaces the example password of the OpenAPI document by that of the demo account."""
import os

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    if isinstance(case.body, dict) and case.body.get("password") == "correct horse battery staple":
        case.body["password"] = os.environ["SCHEMATHESIS_PASSWORD"]
