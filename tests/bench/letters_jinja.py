# SPDX-License-Identifier: Apache-2.0
"""The letters of letters.c by Jinja2 with autoescape: letters_jinja.py TEMPLATE COUNT [sample]"""
import re
import sys

import jinja2

text = open(sys.argv[1]).read()
text = re.sub(r"\{\{#(\w+)\}\}\n", r"{% if \1 %}", text)
text = re.sub(r"\{\{/\w+\}\}\n", "{% endif %}", text)
template = jinja2.Environment(autoescape=True, keep_trailing_newline=True).from_string(text)
fixed = dict(sender="Harbour Books & Co", sender_street="1 Quay Street", sender_city="Portland, OR 97201", city="Salem, OR 97301", date="Wednesday 25 November 2026", found="20 November 2026",
             data="your name, your address and <the titles> you ordered", phone="(503) 555-0100", until="25 November 2028", signatory="Harbour Books, privacy lead", **{"from": "1 October 2026"})
count, total = int(sys.argv[2]), 0
for i in range(count):
    made = template.render(name=f"Customer Number {i}" if i % 10 else f"Customer O'Number {i}", street=f"{i % 900 + 1} Example Road", code=f"OFFER-{i * 2654435761:08X}" if i % 2 else "",
                           reference=f"HB-{i}", **fixed)
    total += len(made)
    if len(sys.argv) > 3:
        sys.stdout.write(made)
if len(sys.argv) == 3:
    print(total, "bytes")
