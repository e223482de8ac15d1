# SPDX-License-Identifier: Apache-2.0
# Lays what the examples of the help speak of into the current folder: a workspace and small files of those names.
candor init --org "Harbour Books" >/dev/null
candor ledger checkpoint --out 2027-03-checkpoint.txt >/dev/null
candor ledger checkpoint --key > key.vkey
candor ledger prove 0 --out notice-sent >/dev/null
printf 'name,email,iban\nAda Byron,ada@example.org,GB82WEST12345698765432\nJo Doe,jo@example.org,DE89370400440532013000\n' > customers.csv
printf 'Ticket 17: please call Ada on +44 20 7946 0958 or write to ada@example.org\n' > ticket.txt
printf 'card 4111 1111 1111 1111, exp 12/29\n' > notes.txt
printf '203.0.113.9 - - [12/Mar/2027:10:00:00 +0000] "GET /?mail=ada@example.org HTTP/1.1" 200 5\n' > access.log
gzip -k access.log
mkdir -p FOLDER exports logs fixtures
echo 'nobody in here' > fixtures/plain.txt
cp customers.csv FOLDER/ && cp customers.csv exports/ && cp access.log logs/
mkdir -p files/crm .fides
cp customers.csv files/crm/customers-export.csv
cat > inventory.yaml <<'END'
organisation: {name: Harbour Books, country: US}
parties:
  - {key: harbour-hosting, name: Harbour Hosting, kind: vendor, agreement: signed, agreement_date: 2024-02-01}
systems:
  - key: shop
    name: Shop
    claims: [FOLDER]
    holders:
      - {party: us, relation: responsible}
  - {key: crm, name: Customer list, claims: [files/crm], holders: [{party: us, relation: responsible}]}
  - {key: hr, name: Staff list}
  - {key: old-crm, name: Old customer list}
END
cat > .fides/systems.yml <<'END'
system:
  - fides_key: newsletter
    name: Newsletter
    privacy_declarations:
      - {name: Send news, data_categories: [user.contact.email], data_use: marketing.communications.email, data_subjects: [customer]}
END
cat > .fides/policy.yml <<'END'
policy:
  - fides_key: sharing
    name: Sharing
    rules:
      - name: Nothing of customers is sold
        data_categories: {matches: ANY, values: [user]}
        data_uses: {matches: ANY, values: [sales]}
        data_subjects: {matches: ANY, values: [customer]}
END
printf '{"customer_id":"K-1","email":"ada@example.org","page":"/books"}\n{"customer_id":"K-2","email":"jo@example.org","page":"/cart"}\n' > events.ndjson
printf 'name: not personal\n' > columns.yaml
[ -f candor-workspace/policy.yaml ] || cp "$TESTS/../playbooks/policies/small-shop.yaml" candor-workspace/policy.yaml
candor inventory import inventory.yaml >/dev/null
candor help audit >/dev/null 2>&1 && { candor audit FOLDER --out report >/dev/null || [ $? -eq 6 ]; }
candor help consent import >/dev/null 2>&1 && { candor consent import consents.csv >/dev/null; echo K-1001 > customer.key; }
true
