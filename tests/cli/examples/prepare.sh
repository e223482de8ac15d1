# SPDX-License-Identifier: Apache-2.0
# Lays what the examples of the help speak of into the current folder: a workspace and small files of those names.
candor init --org "Harbour Books" >/dev/null
candor ledger checkpoint --out 2027-03-checkpoint.txt >/dev/null
candor ledger checkpoint --key > key.vkey
candor ledger prove 0 --out notice-sent >/dev/null
