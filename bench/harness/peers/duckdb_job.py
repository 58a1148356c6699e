"""One of the jobs in DuckDB, as a process of its own: JOB RECORDS CUSTOMERS THREADS [OUTPUT]."""

import sys

import duckdb

ORDERS = """
    read_json($records, format = 'newline_delimited', columns = {
        id: 'bigint', order_no: 'varchar', customer_tel: 'varchar', gmt_modified: 'bigint',
        account_payble: 'decimal(18, 2)'
    })
"""
VIEWS = """
    read_json($records, format = 'newline_delimited', columns = {
        log_time: 'bigint', device_id: 'varchar', account_id: 'varchar', bury_point_type: 'varchar',
        page_name: 'varchar'
    })
"""
UPDATES = """
    read_json($records, format = 'newline_delimited', columns = {
        id: 'bigint', event: 'varchar', now_premium: 'varchar', now_info: 'varchar'
    })
"""
CUSTOMERS = """
    read_json($customers, format = 'newline_delimited', columns = {
        id: 'bigint', raw_premium: 'varchar', raw_info: 'varchar'
    })
"""

# No column of an order tells when it came, so that the order of the lines must be kept: `row_number() over ()`.
# `arg_max` leaves nulls out, as `last_value` does.
QUERIES = {
    "hourly_premium": f"""
        with arrived as (select *, row_number() over () as number from {ORDERS}),
        last_order as (
            select
                arg_max(order_no, number) as order_no,
                arg_max(customer_tel, number) as customer_tel,
                arg_max(gmt_modified, number) as gmt_modified,
                arg_max(account_payble, number) as account_payble
            from arrived
            where gmt_modified >= 1795190400000
            group by id
        )
        select
            strftime(make_timestamp((gmt_modified + 8 * 3600000) * 1000), '%Y%m%d%H') as biz_date,
            sum(coalesce(account_payble, 0))::double as total_premium,
            count(distinct order_no) as policy_cnt,
            count(distinct customer_tel) as policy_holder_cnt
        from last_order
        group by 1
    """,
    # `log_time` grows with each line. Every page view changes its device's row, so that the device of the last page
    # view is the device whose row changed last.
    "last_page": f"""
        with last_log as (
            select
                account_id,
                device_id,
                arg_max(bury_point_type, log_time) as bury_point_type,
                arg_max(page_name, log_time) as page_name,
                max(log_time) as log_time
            from {VIEWS}
            where account_id is not null
            group by account_id, device_id
        )
        select
            account_id,
            arg_max_null(device_id, log_time) as device_id,
            arg_max_null(bury_point_type, log_time) as bury_point_type,
            arg_max_null(page_name, log_time) as page_name
        from last_log
        group by account_id
    """,
    "premium_drop_alert": f"""
        with arrived as (select *, row_number() over () as number from {UPDATES}),
        compared as (
            select
                u.id,
                coalesce(lag(u.now_info) over each_customer, c.raw_info) as raw_info,
                u.now_info,
                coalesce(lag(u.now_premium) over each_customer, c.raw_premium) as raw_premium,
                u.now_premium,
                u.number
            from arrived as u
            join {CUSTOMERS} as c on u.id = c.id
            where u.event <> 'save_fail'
            window each_customer as (partition by u.id order by u.number)
        )
        select
            id,
            arg_max(raw_info, number) as raw_info,
            arg_max(now_info, number) as now_info,
            arg_max(raw_premium, number) as raw_premium,
            arg_max(now_premium, number) as now_premium
        from compared
        where now_premium::double < raw_premium::double * 0.85
        group by id
    """,
}


def main(job, records, customers, threads, output=None):
    connection = duckdb.connect(config={"threads": int(threads)})
    values = {"records": records, "customers": customers}
    query = QUERIES[job]
    values = {name: value for name, value in values.items() if f"${name}" in query}
    connection.execute(f"create temp table answer as {query}", values)
    if output is not None:
        connection.execute(f"copy answer to '{output}' (format json)")


if __name__ == "__main__":
    main(*sys.argv[1:])
