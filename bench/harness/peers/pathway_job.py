"""`last_page` in Pathway, as a process of its own: RECORDS [OUTPUT]."""

import sys

import pathway as pw


class View(pw.Schema):
    log_time: int
    device_id: str | None
    # Some records have no account at all.
    account_id: str | None = pw.column_definition(default_value=None)
    bury_point_type: str | None
    page_name: str | None


def main(records, output=None):
    views = pw.io.jsonlines.read(records, schema=View, mode="static")
    views = views.filter(views.account_id.is_not_none())
    # `log_time` grows with each line.
    last_log = views.groupby(views.account_id, views.device_id).reduce(
        views.account_id, views.device_id, log_time=pw.reducers.max(views.log_time),
        view=pw.reducers.argmax(views.log_time),
    )
    named = views.filter(views.bury_point_type.is_not_none())
    kinds = named.groupby(named.account_id, named.device_id).reduce(
        named.account_id, named.device_id, view=pw.reducers.argmax(named.log_time)
    )
    kinds = kinds.select(
        kinds.account_id, kinds.device_id, bury_point_type=named.ix(kinds.view).bury_point_type
    )
    devices = last_log.groupby(last_log.account_id).reduce(
        last_log.account_id, device=pw.reducers.argmax(last_log.log_time)
    )
    last = last_log.ix(devices.device)
    rows = devices.select(devices.account_id, last.device_id, page_name=views.ix(last.view).page_name)
    result = rows.join_left(
        kinds, rows.account_id == kinds.account_id, rows.device_id == kinds.device_id
    ).select(rows.account_id, rows.device_id, kinds.bury_point_type, rows.page_name)
    if output is None:
        pw.io.null.write(result)
    else:
        pw.io.jsonlines.write(result, output)
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main(*sys.argv[1:])
