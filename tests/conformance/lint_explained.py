"""Why a published case of another linter is not agreed with: by linter, rule and where the case comes from."""

NOT_WHAT_RAN = "the recorded input is not what the peer's test ran"
# (suite, rule or "", part of the case's origin or "", reason); the first row that fits.
REASONS = [
    ("hadolint", "DL3033", "", "hadolint takes an ARG of an earlier stage for one of this stage: BuildKit does not"),
    ("hadolint", "DL1001", "", "the ban on pragmas is off until the policy asks for it (dockerfile-pragma-banned)"),
    ("trivy", "DS-0006", "", "the recorded input lost the word that names the stage"),
    ("buildkit", "", ":262:", "the test's .dockerignore is not recorded"),
    ("buildkit", "", ":507:", "needs attributes of the frontend"),
    ("buildkit", "", ":1038:", NOT_WHAT_RAN),
    ("buildkit", "", ":1171:", NOT_WHAT_RAN),
    ("buildkit", "", ":1252:", NOT_WHAT_RAN),
    ("buildkit", "", ":1480:", NOT_WHAT_RAN),
    ("buildkit", "", ":1497:", NOT_WHAT_RAN),
    ("buildkit", "", ":1514:", NOT_WHAT_RAN),
    ("zizmor", "forbidden-uses", "", "the audit is the peer's configuration alone"),
    ("actionlint", "", "", "needs the inputs and outputs of an action, or a type of a matrix value, that are not known here"),
    ("semgrep", "semgrep-github-action-push-without-branches", "", "not a rule here"),
]


def reason(suite, case):
    for wanted, rule, origin, why in REASONS:
        if wanted == suite and (not rule or rule == case["rule"]) and origin in case["origin"]:
            return why
    return None
