//! `millstream check` and `millstream explain`.

use super::{Try, repository};

#[test]
fn the_pipelines_of_the_repository_are_right() {
    let this = Try::new();
    for name in ["hourly_premium", "premium_drop_alert", "last_page"] {
        let file = repository().join(format!("pipelines/{name}.yaml"));
        let file = file.to_str().expect("the path is text");
        this.call(&["check", file]).succeeded().prints(&format!("the pipeline `{name}` is right"));
        this.call(&["explain", file]).succeeded().prints(&format!("pipeline {name} (time zone "));
        let quiet = this.call(&["check", "-q", file]).succeeded();
        assert_eq!(quiet.stdout, "");
    }
}

#[test]
fn a_plan_names_rules_as_the_pipeline_does() {
    let this = Try::new();
    let tables = "events: {columns: {id: bigint}, file: {path: events.jsonl}}\n  \
                  ids: {columns: {id: bigint not null}, primary_key: [id], sqlite: {path: ids.db}}";
    let insert = "{into: ids, from: events, on_conflict: keep_first}";
    this.write("ids.yaml", &format!("version: 1\npipeline: ids\ntables:\n  {tables}\ninserts:\n  - {insert}\n"));
    this.call(&["explain", "ids.yaml"]).succeeded().prints("rows of one key contend (keep_first)");
}

#[test]
fn problems_are_shown_on_standard_error_and_exit_code_1() {
    let this = Try::with_new_job();
    this.edit("my_job/my_job.yaml", "amount > 0", "amuont > 0");
    let human =
        this.call(&["check", "my_job/my_job.yaml"]).ended_with(1).says("my_job/my_job.yaml:").says("amuont > 0");
    assert_eq!(human.stdout, "");
    let short = this.call(&["check", "--format", "short", "my_job/my_job.yaml"]).ended_with(1);
    assert_eq!(short.stderr.lines().count(), 1, "{}", short.stderr);
    assert!(short.stderr.starts_with("my_job/my_job.yaml:3"), "{}", short.stderr);
}

#[test]
fn problems_as_json_are_for_programs_on_standard_output() {
    let this = Try::with_new_job();
    this.edit("my_job/my_job.yaml", "amount > 0", "amuont > 0");
    let json = this.call(&["check", "--format=json", "my_job/my_job.yaml"]).ended_with(1);
    let problem: serde_json::Value = serde_json::from_str(json.stdout.trim()).expect("one object on one line");
    assert_eq!(problem["severity"], "error");
    assert_eq!(problem["place"]["file"], "my_job/my_job.yaml");
    let (start, end) = (&problem["place"]["column"], &problem["place"]["end_column"]);
    assert_eq!(end.as_u64().zip(start.as_u64()).map(|(end, start)| end - start), Some("amuont".len() as u64));
    let right = this.call(&["check", "--format=json", "-q", "my_job/README.md"]).ended_with(1);
    assert!(right.stdout.lines().all(|line| line.starts_with('{')), "{}", right.stdout);
}

#[test]
fn a_file_that_cannot_be_read_is_exit_code_3_and_the_others_are_checked_still() {
    let this = Try::with_new_job();
    let outcome = this.call(&["check", "nowhere.yaml", "my_job/my_job.yaml"]).ended_with(3);
    outcome.says("error: cannot read nowhere.yaml: no such file").prints("the pipeline `my_job` is right");
    this.call(&["check", "my_job"]).ended_with(3).says("error: cannot read my_job: it is a folder");
    std::fs::write(this.path().join("latin.yaml"), b"pipeline: caf\xe9").expect("the file can be written");
    this.call(&["check", "latin.yaml"]).ended_with(1).says("latin.yaml:1:14");
    std::fs::write(this.path().join("marked.yaml"), b"\xef\xbb\xbfversio: 1").expect("the file can be written");
    this.call(&["check", "marked.yaml"]).ended_with(1).says("marked.yaml:1:1");
}

#[test]
fn an_unknown_profile_is_a_problem() {
    let this = Try::with_new_job();
    this.call(&["check", "--profile", "production", "my_job/my_job.yaml"]).ended_with(1).says("production");
}
