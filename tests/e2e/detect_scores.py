#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`candor detect --ndjson` on labelled texts of others, against floors: what was reached once is not lost unnoticed. The floors lie a little
below what is reached; nothing is tuned to these texts, other texts are what counts."""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
SCORER = SHARED / "tools/score_spans.py"
NOTES = "PERSON,EMAIL_ADDRESS,PHONE_NUMBER,US_SSN,IP_ADDRESS,ADDRESS"
FLOORS = {
    "presidio_v2_dev.json": (None, ["PERSON.iou.f1>=0.87", "PERSON.iou.precision>=0.88", "ADDRESS.iou.f1>=0.58", "LOCATION.iou.f1>=0.68", "ORGANIZATION.iou.f1>=0.52", "AGE.iou.f1>=0.95",
                                    "NRP.iou.f1>=0.83", "TITLE.iou.f1>=0.83", "PHONE_NUMBER.iou.f1>=0.95", "CREDIT_CARD.iou.f1>=0.95", "EMAIL_ADDRESS.exact.f1>=0.99", "IBAN.exact.f1>=0.99",
                                    "US_SSN.exact.f1>=0.99", "micro.iou.f1>=0.78", "any.iou.precision>=0.9"]),
    "piianon_format_variations_dev.ndjson": (NOTES, ["PERSON.iou.recall>=0.98", "ADDRESS.exact.f1>=0.98", "US_SSN.exact.f1>=0.98", "EMAIL_ADDRESS.exact.f1>=0.99", "micro.iou.f1>=0.97"]),
    "piianon_temporal_consistency_dev.ndjson": (NOTES, ["PERSON.iou.recall>=0.97", "ADDRESS.exact.f1>=0.98", "US_SSN.exact.f1>=0.98", "EMAIL_ADDRESS.exact.f1>=0.99", "IP_ADDRESS.exact.f1>=0.98"]),
}


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/dev/bin") / "candor"
    if not SCORER.exists():
        print("skipped: ../shared is not there")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (only, gates) in FLOORS.items():
            gold, found = SHARED / "data/pii" / name, pathlib.Path(folder) / "found.ndjson"
            texts = subprocess.run([sys.executable, SCORER, gold, "--texts"], check=True, capture_output=True).stdout
            found.write_bytes(subprocess.run([binary, "detect", "--ndjson"], input=texts, check=True, capture_output=True, timeout=300).stdout)
            command = [sys.executable, SCORER, gold, found] + (["--only", only] if only else []) + [x for g in gates for x in ("--gate", g)]
            result = subprocess.run(command, capture_output=True, text=True)
            below = [line for line in result.stdout.splitlines() if line.startswith("gate FAIL")]
            print(f"{name}: {len(gates) - len(below)} of {len(gates)} floors kept")
            print("\n".join(below), end="\n" if below else "")
            failed += result.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
