#!/usr/bin/env python3
"""Writes the sample data of the pipelines beside this file. Same seed, same bytes; needs nothing but Python 3.

The records are as producers write them: most have their keys in the same order, some shuffled; fields are null or
missing now and then, text has quotes, escapes and characters beyond ASCII, a few records have fields that no pipeline
knows, some lines have white space.

All events are of one day, 2035-05-20 in Asia/Shanghai: far enough away that `today or later` holds whenever the
samples are tried. A few orders are of 2025, so that there is something to leave out.
"""

import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8))
DAY = int(datetime(2035, 5, 20, tzinfo=SHANGHAI).timestamp() * 1000)
OLD_DAY = int(datetime(2025, 5, 20, tzinfo=SHANGHAI).timestamp() * 1000)
HOUR = 3_600_000

# How busy each hour of a day is.
HOURS = [9, 6, 5, 5, 5, 6, 9, 12, 16, 20, 22, 19, 14, 16, 20, 21, 19, 16, 14, 17, 20, 18, 13, 9]

FAMILY_NAMES = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"]
GIVEN_NAMES = ["芳", "伟", "娜", "敏", "静", "强", "磊", "洋", "艳", "杰"]
OTHER_NAMES = ["O'Neil", 'Li "Coco" Na', "Анна", "José", "用户😀", "A\\B"]
PRODUCTS = ["年金", "重疾险", "医疗险", 'car "plus"', "life\\term", "意外险 🚗"]
PAGES = ["/home", "/policy/list", "/policy/detail", "/claim/new", "首页/保险", "/我的\t保单", 'promo "5.20"', "a\\b"]
KINDS = ["page", "click", "expose", "button", None]


def main():
    folder = Path(__file__).parent
    write(folder / "user_order.jsonl", orders(random.Random(1)))
    customers = random.Random(2)
    premiums = {number: round(customers.uniform(300, 20_000), 2) for number in range(1, 241)}
    write(folder / "raw_info.jsonl", key_customers(premiums), untidy=False)
    write(folder / "update_info.jsonl", updates(random.Random(3), premiums))
    write(folder / "user_log.jsonl", page_views(random.Random(4)))


def write(path, records, untidy=True):
    dice = random.Random(path.name)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(line(dice, record) if untidy else compact(record))
            file.write("\n")


def compact(record):
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def line(dice, record):
    """A record as text, now and then written in an unusual way."""
    if dice.random() < 0.02:
        keys = list(record)
        dice.shuffle(keys)
        record = {key: record[key] for key in keys}
    if dice.random() < 0.02:
        unknown = {"trace": [1, {"note": '}"\\'}], "source": None}
        place = dice.randrange(len(record) + 1)
        items = list(record.items())
        record = dict(items[:place] + [("ext", unknown)] + items[place:])
    if dice.random() < 0.01:
        return " " + json.dumps(record)
    return compact(record)


def times(dice, count):
    """As many times of the day, in order, busy hours with more of them."""
    hours = dice.choices(range(24), weights=HOURS, k=count)
    return sorted(DAY + hour * HOUR + dice.randrange(HOUR) for hour in hours)


def name_of(user):
    dice = random.Random(f"name {user}")
    if dice.random() < 0.1:
        return dice.choice(OTHER_NAMES)
    return dice.choice(FAMILY_NAMES) + dice.choice(GIVEN_NAMES)


def orders(dice):
    """Orders and their later changes. A user has several, so that the latest order moves on from hour to hour."""
    number = 0
    for index, time in enumerate(times(dice, 1700)):
        user = 1 + int(800 * dice.random())
        number += dice.random() < 0.8
        late = dice.randrange(20_000)
        modified = (OLD_DAY + dice.randrange(24 * HOUR)) if index % 90 == 7 else max(DAY, time - late)
        record = {
            "id": user,
            "order_no": f"P{number:08}",
            "order_type": dice.randrange(4),
            "pay_time": modified - 1000,
            "order_price": round(dice.uniform(50, 9_000), 2),
            "customer_name": name_of(user),
            "customer_tel": f"139{user * 7919 % 100_000_000:08}",
            "certificate_no": f"3301{user:014}",
            "gmt_created": modified - 2000,
            "gmt_modified": modified,
            "account_payble": round(dice.uniform(50, 9_000), 2),
        }
        if dice.random() < 0.03:
            record["account_payble"] = None
        if dice.random() < 0.01:
            record["order_no"] = None
        if dice.random() < 0.01:
            record["customer_tel"] = None
        if dice.random() < 0.005:
            del record["account_payble"]
        yield record


def key_customers(premiums):
    for number, premium in premiums.items():
        if number <= 200:
            info = PRODUCTS[number % len(PRODUCTS)]
            yield {"id": number, "raw_premium": f"{premium:.2f}", "raw_info": f"{info} {number}"}


def updates(dice, premiums):
    """Policy updates: the premium of a customer wanders, and falls hard now and then. Some customers are no key
    customers."""
    premiums = dict(premiums)
    for index, time in enumerate(times(dice, 1400)):
        customer = 1 + int(240 * dice.random())
        fall = dice.random() < 0.12
        factor = dice.uniform(0.5, 0.84) if fall else dice.uniform(0.93, 1.12)
        premium = max(100.0, round(premiums[customer] * factor, 2))
        failed = dice.random() < 0.15
        if not failed:
            premiums[customer] = premium
        yield {
            "id": customer,
            "channel": f"ch{dice.randrange(5)}",
            "open_id": f"o{customer * 7919 % 1_000_000:08}",
            "event": "save_fail" if failed else "save_success",
            "now_premium": f"{premium:.2f}",
            "creator": "app",
            "modifier": dice.choice(["app", "agent", None]),
            "gmt_modified": time,
            "now_info": f"{dice.choice(PRODUCTS)} v{index}",
        }


def page_views(dice):
    for time in times(dice, 2000):
        account = 1 + int(400 * dice.random() * dice.random())
        device = account * 3 + dice.randrange(3)
        record = {
            "log_time": time,
            "device_id": f"d{device:06x}",
            "account_id": f"u{account:06}",
            "bury_point_type": dice.choice(KINDS),
            "page_name": dice.choice(PAGES),
        }
        if dice.random() < 0.08:
            record["account_id"] = None
        if dice.random() < 0.01:
            record["device_id"] = None
        if dice.random() < 0.01:
            del record["bury_point_type"]
        yield record


if __name__ == "__main__":
    main()
