#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the sample company: Harbour Books, a shop with 5,000 customers, its files as they lie about in such a firm, and the
inventory its owner has written down. Everything is synthetic and the same on each run: names from short lists, addresses
at example domains, telephone numbers 555-01xx, card numbers from test ranges, social security numbers from the area block
of the railroad board, which is no longer issued.

    make.py FOLDER      makes FOLDER/files, FOLDER/inventory.yaml and FOLDER/consents.csv
"""
import csv
import json
import os
import pathlib
import sqlite3
import sys
import zipfile

CUSTOMERS = 5000
MARKETING_COPY = 4870

FIRST = """Ada Aisha Alan Alice Amara Andrea Anna Anton Arjun Beatriz Ben Bianca Carlos Carmen Caroline Cem Chen Chloe Clara Daniel
David Deniz Diego Edith Elena Elif Emil Emma Erik Eva Fatima Felix Fiona Frank George Giulia Grace Hana Hannah Hans Helen
Henry Ingrid Irene Isaac Ivan Jack James Jana Jasmine Joan John Jonas Julia Karim Kate Kenji Kofi Lars Laura Lea Leila Leo Lena
Liam Lin Lisa Louis Lucia Luis Magda Malik Marco Maria Mark Marta Mary Mateo Maya Mei Mia Michael Milan Mina Nadia Nina Noah
Nora Olga Oliver Omar Oscar Paul Paula Pedro Peter Petra Priya Rachel Rafael Raj Rosa Ruth Sam Samira Sara Sofia Stefan Tara
Thomas Tom Uma Vera Victor Wei Yara Yuki Zoe""".split()
LAST = """Abbott Adams Ahmed Alvarez Andersen Baker Banks Barros Bauer Becker Bell Bennett Berg Bianchi Brooks Brown Carter Castro Chan
Clark Cohen Costa Cruz Diaz Dubois Duarte Evans Farah Fernandez Fischer Fletcher Foster Garcia Gomez Gray Green Gupta Haddad
Hall Hansen Harris Hill Hoffmann Hughes Ibrahim Ito Jackson Jensen Johnson Jones Kaya Keller Kelly Khan Kim King Klein Kowalski
Kumar Lang Larsen Lee Lewis Lopez Martin Mason Mendes Meyer Miller Moore Morris Murphy Nagy Nguyen Novak Okafor Olsen Ortiz
Osei Owens Park Patel Perez Price Quinn Ramos Reed Reyes Rivera Roberts Rossi Russo Santos Sato Schmidt Schulz Scott Silva Singh
Smith Stone Suzuki Tanaka Taylor Thomas Torres Turner Vargas Vogel Wagner Walker Wang Ward Weber White Wilson Wolf Wood Wright
Yilmaz Young Zhang""".split()
PLACES = [("Boston", "MA", "02108", "617"), ("Portland", "ME", "04101", "207"), ("Providence", "RI", "02903", "401"), ("Hartford", "CT", "06103", "860"),
          ("New York", "NY", "10007", "212"), ("Albany", "NY", "12207", "518"), ("Newark", "NJ", "07102", "973"), ("Philadelphia", "PA", "19107", "215"),
          ("Chicago", "IL", "60602", "312"), ("Austin", "TX", "78701", "512"), ("Denver", "CO", "80202", "303"), ("Seattle", "WA", "98104", "206"),
          ("San Diego", "CA", "92101", "619"), ("Sacramento", "CA", "95814", "916"), ("Miami", "FL", "33130", "305"), ("Burlington", "VT", "05401", "802")]
STREETS = ["Maple Street", "Oak Avenue", "Harbor Road", "Mill Lane", "Church Street", "Lincoln Avenue", "Park Drive", "Elm Street", "River Road", "Cedar Court"]
TITLES = ["The Salt Path Home", "Harbour Lights", "A Short History of Tides", "Bread for Beginners", "The Lighthouse Cat", "Sailing Alone", "Knots and How",
          "Winter Gardens", "Field Notes", "The Last Ferry"]


class Dice:
    """A small generator of our own: the same numbers on every version of Python."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def pick(self, items):
        return items[self.below(len(items))]


def luhn(digits):
    total = 0
    for i, c in enumerate(reversed(digits)):
        d = int(c) * (2 if i % 2 == 0 else 1)
        total += d - 9 if d > 9 else d
    return digits + str(-total % 10)


def iban(country, bban):
    text = bban + country + "00"
    number = int("".join(str(int(c, 36)) for c in text))
    return f"{country}{98 - number % 97:02d}{bban}"


def people(dice):
    taken = set()
    for n in range(CUSTOMERS):
        first, last = dice.pick(FIRST), dice.pick(LAST)
        city, state, zipcode, area = PLACES[n % len(PLACES)]
        email = f"{first}.{last}".lower()
        while email in taken:
            email = f"{first}.{last}{dice.below(9000) + 10}".lower()
        taken.add(email)
        yield {
            "customer_id": f"HB-{100000 + n}",
            "first_name": first, "last_name": last,
            "email": f"{email}@example.{dice.pick(['com', 'org', 'net'])}",
            "phone": f"({area}) 555-01{n // len(PLACES) % 100:02d}",
            "street": f"{dice.below(980) + 3} {dice.pick(STREETS)}", "city": city, "state": state, "zip": zipcode,
            "date_of_birth": f"{1940 + dice.below(66)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}",
            "newsletter": dice.pick(["yes", "no", "no"]),
            "customer_since": f"{2015 + dice.below(11)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}",
        }


def write_csv(path, rows, columns, delimiter=","):
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, columns, delimiter=delimiter, extrasaction="ignore")
        w.writeheader()
        w.writerows(rows)


def order_database(path, customers, dice):
    db = sqlite3.connect(path)
    db.executescript("""
        CREATE TABLE customer(id TEXT PRIMARY KEY, name TEXT, email TEXT, phone TEXT, street TEXT, city TEXT, state TEXT, zip TEXT, birth_date TEXT);
        CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id TEXT REFERENCES customer(id), placed TEXT, title TEXT, price_cents INTEGER, tracking_number TEXT);
        CREATE TABLE payment(order_id INTEGER REFERENCES orders(id), method TEXT, card_last4 TEXT, iban TEXT);
    """)
    for c in customers:
        db.execute("INSERT INTO customer VALUES(?,?,?,?,?,?,?,?,?)", (c["customer_id"], c["first_name"] + " " + c["last_name"], c["email"], c["phone"],
                   c["street"], c["city"], c["state"], c["zip"], c["date_of_birth"]))
    for n in range(12000):
        c = customers[dice.below(len(customers))]
        db.execute("INSERT INTO orders VALUES(?,?,?,?,?,?)", (n + 1, c["customer_id"], f"2026-{1 + dice.below(10):02d}-{1 + dice.below(28):02d}",
                   dice.pick(TITLES), 500 + dice.below(6000), str(940000000000 + dice.below(99999999999))))
        account = iban("DE", "99999999" + f"{dice.below(10**10):010d}") if n % 10 == 0 else None
        db.execute("INSERT INTO payment VALUES(?,?,?,?)", (n + 1, "transfer" if account else "card", None if account else f"{dice.below(10000):04d}", account))
    db.commit()
    db.execute("VACUUM")
    db.close()


MAILS = [
    "Hello,\n\nmy order {order} has not arrived. Please call me at {phone}.\n\nRegards\n{name}\n",
    "Hi, I have moved. My new address is {street}, {city}, {state} {zip}.\nCould you update it? My date of birth is {dob} in case you need it.\n\n{name}\n",
    "Dear team,\n\nI am recovering from surgery and was diagnosed with diabetes last month, so please deliver to my neighbour.\n\nThank you\n{name}\n",
    "Please refund to my account {iban}. Order {order}.\n\n{name}\n",
    "Good morning, do you have \"{title}\" as a large-print edition?\n\n{name}\n",
    "My card {card} was charged twice for order {order}. Please look into it.\n\n{name}\n",
]


def mailbox(path, customers, dice):
    with open(path, "w", encoding="utf-8") as f:
        for n in range(900):
            c = customers[dice.below(len(customers))]
            name = f"{c['first_name']} {c['last_name']}"
            kind = dice.below(100)
            text = MAILS[0 if kind < 40 else 1 if kind < 60 else 2 if kind < 63 else 3 if kind < 65 else 4 if kind < 98 else 5]
            body = text.format(order=200000 + dice.below(12000), phone=c["phone"], name=name, street=c["street"], city=c["city"], state=c["state"], zip=c["zip"],
                               dob=c["date_of_birth"], iban=iban("DE", "99999999" + f"{dice.below(10**10):010d}"), title=dice.pick(TITLES),
                               card=card(dice))
            day = 1 + n % 28
            f.write(f"From {c['email']} Thu Oct {day:2d} 10:{n % 60:02d}:00 2026\nFrom: {name} <{c['email']}>\nTo: support@harbour-books.example\n"
                    f"Date: Thu, {day} Oct 2026 10:{n % 60:02d}:00 +0000\nSubject: Question {n}\n\n{body}\n")


def card(dice):
    return luhn("424242" + f"{dice.below(10**9):09d}")


def web_log(path, customers, dice):
    pages = ["/", "/books", "/cart", "/search?q=tides", "/account", "/static/style.css"]
    with open(path, "w", encoding="utf-8") as f:
        for n in range(20000):
            ip = f"203.0.113.{dice.below(254) + 1}" if n % 2 else f"198.51.100.{dice.below(254) + 1}"
            page = pages[dice.below(len(pages))]
            if n % 50 == 0:
                page = f"/newsletter/confirm?email={customers[dice.below(len(customers))]['email']}"
            f.write(f'{ip} - - [{1 + n // 800:02d}/Oct/2026:{n % 24:02d}:{n % 60:02d}:{(n * 7) % 60:02d} +0000] "GET {page} HTTP/1.1" 200 {1000 + dice.below(90000)}\n')


def payment_log(path, dice):
    with open(path, "w", encoding="utf-8") as f:
        for n in range(3000):
            stamp = f"2026-10-{1 + n // 120:02d}T{n % 24:02d}:{n % 60:02d}:00Z"
            if n % 14 == 3:
                f.write(f"{stamp} DEBUG gateway request card={card(dice)} exp={1 + dice.below(12):02d}/{27 + dice.below(5)} cvv={dice.below(900) + 100} amount={500 + dice.below(9000)}\n")
            else:
                f.write(f"{stamp} INFO  gateway answered in {20 + dice.below(200)} ms request {dice.below(2**32):08x}\n")


def staff(dice):
    roles = ["bookseller", "bookseller", "warehouse", "accounts", "marketing", "support", "web developer"]
    for n in range(23):
        first, last = FIRST[(n * 5) % len(FIRST)], LAST[(n * 7) % len(LAST)]
        city, state, zipcode, area = PLACES[n % len(PLACES)]
        yield {"employee_id": f"E{n + 1:03d}", "name": f"{first} {last}", "email": f"{first}.{last}@harbour-books.example".lower(), "home_phone": f"{area}-555-01{60 + n:02d}",
               "ssn": f"{700 + dice.below(27)}-{dice.below(98) + 1:02d}-{dice.below(9998) + 1:04d}", "birth_date": f"{1960 + dice.below(42)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}",
               "job_title": dice.pick(roles), "salary_usd": 31000 + 500 * dice.below(80), "religion": dice.pick(["", "", "Catholic", "Muslim", "Jewish", "none"]),
               "sick_note": dice.pick(["", "", "", "", "back surgery, six weeks", "migraine"]), "emergency_contact": f"{dice.pick(FIRST)} {last}"}


def old_backup(path, customers):
    rows = [dict(c, phone=c["phone"]) for c in customers[:2100]]
    folder = path.parent
    plain = folder / "customers-2019.csv"
    write_csv(plain, rows, ["customer_id", "first_name", "last_name", "email", "phone", "date_of_birth"], ";")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        info = zipfile.ZipInfo("crm/customers-2019.csv", (2019, 12, 31, 18, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(info, plain.read_bytes())
        z.writestr(zipfile.ZipInfo("README.txt", (2019, 12, 31, 18, 0, 0)), "Year-end copy. Delete after the move to the new shop.\n")
    plain.unlink()


def returns(customers, dice):
    """Books that came back, eleven years of them; in the older ones somebody forgot the date."""
    reasons = ["damaged in the post", "wrong title", "a gift, they had it already", "changed my mind", "pages missing"]
    for n in range(1800):
        c = customers[dice.below(len(customers))]
        year = 2016 + n * 11 // 1800
        day = f"{year}-{1 + dice.below(10 if year == 2026 else 12):02d}-{1 + dice.below(28):02d}"
        yield {"return_id": f"R{30000 + n}", "customer_id": c["customer_id"], "email": c["email"], "returned_at": "" if year < 2019 and n % 50 == 0 else day,
               "refund_usd": f"{5 + dice.below(60)}.{dice.below(100):02d}", "reason": dice.pick(reasons)}


def reading_guests(path, customers, dice):
    """Guests of readings in 2018 and 2019: nobody has looked at the list since."""
    with open(path, "w", encoding="utf-8") as f:
        for n in range(340):
            c = customers[dice.below(2500)]
            f.write(json.dumps({"event": dice.pick(["Winter reading", "Harbour night", "Poets at sea"]), "registered_at": f"{2018 + n // 170}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}T18:00:00Z",
                                "name": f"{c['first_name']} {c['last_name']}", "email": c["email"], "phone": c["phone"]}) + "\n")


def consents(customers, dice):
    """What people said to the newsletter. Some of those on its list never answered, or said no later."""
    for n, c in enumerate(customers):
        if c["newsletter"] != "yes" or n % 9 == 0:
            continue
        yield {"subject_key": c["email"], "purpose": "marketing", "state": "given", "at": f"{2021 + dice.below(5)}-{1 + dice.below(12):02d}-{1 + dice.below(28):02d}T09:00:00Z",
               "method": "web form", "text": "Send me the newsletter. I can stop it at any time."}
        if n % 7 == 0:
            yield {"subject_key": c["email"], "purpose": "marketing", "state": "withdrawn", "at": "2026-06-02T12:00:00Z", "method": "link in the newsletter", "text": ""}


INVENTORY = """# What the owner of Harbour Books has written down so far. Paths are relative to this file.
organisation:
  name: Harbour Books
  contact: privacy@harbour-books.example
  country: US

parties:
  - key: harbour-hosting
    name: Harbour Hosting
    kind: vendor
    contact: trust@hosting.example
    country: US
    agreement: signed
    agreement_date: 2024-02-01

systems:
  - key: crm
    name: Customer list
    owner: Sales
    location: Office server
    country: US
    encrypted: true
    system_of_record: true
    claims: [files/crm]
    holders:
      - {party: us, relation: responsible}
      - {party: us, relation: stores}
  - key: shop
    name: Order database
    owner: Web shop
    location: Data centre Albany
    country: US
    encrypted: true
    claims: [files/shop]
    holders:
      - {party: us, relation: responsible}
      - {party: harbour-hosting, relation: hosts}
  - key: support
    name: Support mailbox
    owner: Support
    location: Office server
    country: US
    encrypted: false
    claims: [files/support]
    holders:
      - {party: us, relation: stores}
  - key: hr
    name: Staff list
    owner: Office
    location: Office server
    country: US
    claims: [files/hr]
    holders:
      - {party: us, relation: responsible}
  - key: web
    name: Web server logs
    owner: Web shop
    country: US
    encrypted: false
    claims: [files/logs]
    holders:
      - {party: harbour-hosting, relation: hosts}
  - key: readings
    name: Guest list of readings
    owner: Events
    location: Office server
    country: US
    claims: [files/marketing/reading-guests.ndjson]
    holders:
      - {party: us, relation: responsible}

activities:
  - key: orders
    function: Sales
    purpose: Deliver orders and take payment
    data_use: essential.service
    lawful_basis: contract
    subjects: [customers]
    categories: [user.name, user.contact, user.financial, user.account.number]
    recipients: [Harbour Hosting]
    systems: [shop, crm]
    retention: {period: P6Y, trigger: end of the order year, source: tax law}
    safeguards: [encryption at rest, access by role]
    source: the customer
  - key: payroll
    function: Office
    purpose: Pay staff
    data_use: employment
    lawful_basis: legal obligation
    subjects: [employees]
    categories: [user.name, user.government_id, user.financial]
    systems: [hr]
    retention: {period: P7Y, trigger: end of employment, source: tax law}
  - key: newsletter
    function: Marketing
    purpose: Invite to readings and send the newsletter
    data_use: marketing.communications.email
    lawful_basis: consent
    subjects: [customers, guests of readings]
    categories: [user.name, user.contact]
    systems: [readings]
    retention: {period: P24M, trigger: last yes, source: our notice}
    source: the customer
"""


def settle(root):
    """Fixed times and modes, so that two runs make the same tree."""
    for path in sorted(root.rglob("*")):
        os.chmod(path, 0o755 if path.is_dir() else 0o640)
        os.utime(path, (1790000000, 1790000000))
    os.chmod(root / "marketing/shared/all-customers-copy.csv", 0o644)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    base = pathlib.Path(sys.argv[1])
    root = base / "files"
    if (base / "inventory.yaml").exists():
        sys.exit(f"{base} already holds a sample company; remove it first or use it.")
    for folder in ("crm", "shop", "support", "hr", "logs", "marketing/shared", "backup", "postfox", "web/config", "docs"):
        (root / folder).mkdir(parents=True)
    dice = Dice(20270314)
    customers = list(people(dice))
    columns = list(customers[0])
    write_csv(root / "crm/customers-export.csv", customers, columns)
    order_database(root / "shop/orders.db", customers, dice)
    mailbox(root / "support/inbox.mbox", customers, dice)
    write_csv(root / "hr/staff.csv", list(staff(dice)), ["employee_id", "name", "email", "home_phone", "ssn", "birth_date", "job_title", "salary_usd", "religion", "sick_note", "emergency_contact"])
    web_log(root / "logs/web-2026-10.log", customers, dice)
    payment_log(root / "logs/payment-debug.log", dice)
    write_csv(root / "marketing/shared/all-customers-copy.csv", customers[:MARKETING_COPY], ["first_name", "last_name", "email", "phone", "city", "newsletter"], "\t")
    old_backup(root / "backup/year-end-2019.zip", customers)
    # From here on dice of their own, so that what was made before stays as it was.
    write_csv(root / "shop/returns-2016-2026.csv", returns(customers, Dice(20270315)), ["return_id", "customer_id", "email", "returned_at", "refund_usd", "reason"])
    reading_guests(root / "marketing/reading-guests.ndjson", customers, Dice(20270316))
    write_csv(base / "consents.csv", consents(customers, Dice(20270317)), ["subject_key", "purpose", "state", "at", "method", "text"])
    with open(root / "postfox/subscribers.json", "w", encoding="utf-8") as f:
        json.dump({"list": "autumn", "subscribers": [{"email": c["email"], "name": c["first_name"] + " " + c["last_name"], "opened": n % 3 == 0}
                                                     for n, c in enumerate(customers) if c["newsletter"] == "yes"]}, f, indent=1)
    (root / "web/config/shop.env").write_text("SHOP_NAME=Harbour Books\nDB_HOST=localhost\nDB_PASSWORD=" + "tide-Lantern-" + "48-heron\n"
                                              "AWS_ACCESS_KEY_ID=" + "AKIA" + "Q7HARBOUR2BOOKS3\nLOG_LEVEL=info\n")
    (root / "docs/opening-hours.txt").write_text("Open Monday to Saturday, 9:00 to 18:30. Closed on public holidays.\n")
    (root / "docs/logo.png").write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(range(256)) * 8)
    (root / "docs/price-list.xlsx").write_bytes(b"PK\x03\x04" + b"\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + b"\x00" * 40 + b"[Content_Types].xml" + b"\x00" * 200)
    settle(root)
    (base / "inventory.yaml").write_text(INVENTORY)


if __name__ == "__main__":
    main()
