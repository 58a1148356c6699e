"""`last_page` in Pathway, as a process of its own: RECORDS [OUTPUT]."""

import sys

import pathway as pw


class View(pw.Schema):
    log_time: int
    device_id: str | None
    account_id: str | None
    bury_point_type: str | None
    page_name: str | None


def main(records, output=None):
    views = pw.io.jsonlines.read(records, schema=View, mode="static")
    views = views.filter(views.account_id.is_not_none())
    # `log_time` grows with each line: the largest pair of a time and a value holds the last value.
    kinds = (
        views.filter(views.bury_point_type.is_not_none())
        .groupby(pw.this.account_id, pw.this.device_id)
        .reduce(
            pw.this.account_id,
            pw.this.device_id,
            last=pw.reducers.max(pw.make_tuple(pw.this.log_time, pw.this.bury_point_type)),
        )
    )
    last_log = views.groupby(views.account_id, views.device_id).reduce(
        views.account_id,
        views.device_id,
        log_time=pw.reducers.max(views.log_time),
        last=pw.reducers.max(pw.make_tuple(views.log_time, views.page_name)),
    )
    devices = last_log.groupby(last_log.account_id).reduce(
        last_log.account_id,
        row=pw.reducers.argmax(last_log.log_time),
    )
    chosen = last_log.ix(devices.row)
    rows = devices.select(
        devices.account_id, device_id=chosen.device_id, page_name=chosen.last.get(1), log_time=chosen.log_time
    )
    result = rows.join_left(
        kinds, rows.account_id == kinds.account_id, rows.device_id == kinds.device_id
    ).select(
        rows.account_id, rows.device_id, bury_point_type=kinds.last.get(1), page_name=rows.page_name
    )
    if output is None:
        pw.io.null.write(result)
    else:
        pw.io.jsonlines.write(result, output)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main(*sys.argv[1:])
