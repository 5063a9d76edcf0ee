"""Why a published case of another linter is not agreed with: by linter, rule and where the case comes from."""

# (suite, rule or "", part of the case's origin or "", reason); the first row that fits.
REASONS = [
    ("hadolint", "DL3033", "DL3033Spec.hs:80", "hadolint takes an ARG of an earlier stage for one of this stage: BuildKit does not"),
    ("hadolint", "DL3041", "", "hadolint takes an ARG of an earlier stage for one of this stage: BuildKit does not"),
]


def reason(suite, case):
    for wanted, rule, origin, why in REASONS:
        if wanted == suite and (not rule or rule == case["rule"]) and origin in case["origin"]:
            return why
    return None
