"""The three jobs: their tables, their data, and the clock that they run by."""

from dataclasses import dataclass

NOW = "2026-11-21T12:00:00+08:00"
"""Orders before this day, in Asia/Shanghai, are left out by `hourly_premium`."""

TODAY_MS = 1_795_190_400_000
"""The same day's start in milliseconds since 1970, for peers whose clock cannot be set."""


@dataclass(frozen=True)
class Job:
    name: str
    records: str
    """The data set that it reads."""
    source: str
    """The table that it reads."""
    table: str
    """The table that is compared; its first column is its key."""
    columns: tuple
    unit: str


HOURLY_PREMIUM = Job(
    "hourly_premium", "orders", "user_order", "hs_order",
    ("biz_date", "total_premium", "policy_cnt", "policy_holder_cnt"), "orders",
)
LAST_PAGE = Job(
    "last_page", "views", "user_log", "user_last_log",
    ("account_id", "device_id", "bury_point_type", "page_name"), "page views",
)
PREMIUM_DROP_ALERT = Job(
    "premium_drop_alert", "updates", "update_info", "wechat_activity_user",
    ("id", "raw_info", "now_info", "raw_premium", "now_premium"), "policy updates",
)
JOBS = {job.name: job for job in (HOURLY_PREMIUM, LAST_PAGE, PREMIUM_DROP_ALERT)}
