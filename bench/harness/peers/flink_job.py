"""One of the jobs in Flink, as a process of its own: JOB RECORDS TASKS SINK PRINTED."""

import os
import sys
import time

from pyflink.table import EnvironmentSettings, TableEnvironment

SOURCES = {
    "hourly_premium": """
        create table user_order (
            id bigint, order_no string, customer_tel string, gmt_modified bigint, account_payble double
        )
    """,
    "last_page": """
        create table user_log (account_id string, device_id string, bury_point_type string, page_name string)
    """,
}

SINKS = {
    "hourly_premium": """
        create table hs_order (
            biz_date string, total_premium double, policy_cnt bigint, policy_holder_cnt bigint,
            primary key (biz_date) not enforced
        )
    """,
    "last_page": """
        create table user_last_log (
            account_id string, device_id string, bury_point_type string, page_name string,
            primary key (account_id) not enforced
        )
    """,
}

# The clock of Flink cannot be set: the start of the day stands in the query.
QUERIES = {
    "hourly_premium": """
        insert into hs_order
        select
            from_unixtime(gmt_modified / 1000, 'yyyyMMddHH'), sum(coalesce(account_payble, 0)),
            count(distinct order_no), count(distinct customer_tel)
        from (
            select
                id, last_value(order_no) as order_no, last_value(customer_tel) as customer_tel,
                last_value(gmt_modified) as gmt_modified, last_value(account_payble) as account_payble
            from user_order
            where gmt_modified >= 1795190400000
            group by id
        )
        group by from_unixtime(gmt_modified / 1000, 'yyyyMMddHH')
    """,
    "last_page": """
        insert into user_last_log
        select account_id, device_id, last_value(bury_point_type), last_value(page_name)
        from user_log
        where account_id is not null
        group by account_id, device_id
    """,
}


def main(job, records, tasks, sink, printed):
    # What the sink prints comes from the JVM, which gets this process's standard output when it is started.
    output = os.dup(1)
    with open(printed, "wb") as file:
        os.dup2(file.fileno(), 1)
    environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    settings = {
        "parallelism.default": tasks,
        "table.local-time-zone": "Asia/Shanghai",
        "table.dml-sync": "true",
        # The table's key is the account, the query's is account and device: of its devices the one that changed last
        # stands, which `blackhole` and `print` need no state for.
        "table.exec.sink.upsert-materialize": "NONE",
    }
    for name, value in settings.items():
        environment.get_config().set(name, value)
    environment.execute_sql(
        f"{SOURCES[job]} with ('connector' = 'filesystem', 'path' = '{records}', 'format' = 'json')"
    )
    environment.execute_sql(f"{SINKS[job]} with ('connector' = '{sink}')")
    started = time.perf_counter()
    environment.execute_sql(QUERIES[job]).wait()
    os.write(output, f"job: {time.perf_counter() - started:.3f} s\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
