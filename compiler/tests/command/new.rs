//! `millstream new`.

use super::{Outcome, Try};

#[test]
fn makes_a_pipeline_that_is_right_and_says_what_to_do_next() {
    let this = Try::new();
    this.call(&["new", "jobs/my-job"]).succeeded().says("next: cd jobs/my-job && millstream run my_job.yaml");
    for file in ["my_job.yaml", "README.md", "data/orders.jsonl", ".gitignore"] {
        assert!(!this.read(&format!("jobs/my-job/{file}")).is_empty());
    }
    this.call(&["new", "it's mine/a job"])
        .succeeded()
        .says(r"next: cd 'it'\''s mine/a job' && millstream run a_job.yaml");
    this.call(&["check", "jobs/my-job/my_job.yaml"]).succeeded().prints("the pipeline `my_job` is right");
}

#[test]
fn leaves_a_folder_alone_that_has_something_in_it() {
    let this = Try::new();
    this.write("full/notes.txt", "mine");
    this.call(&["new", "full"]).ended_with(2).says("the folder full exists and is not empty");
    this.write("file", "mine");
    this.call(&["new", "file"]).ended_with(3).says("cannot use file: a part of the path is no folder");
    assert_eq!(std::fs::read_dir(this.path().join("full")).expect("the folder is there").count(), 1);
}

#[test]
fn the_folder_where_one_stands_gives_its_name() {
    let this = Try::new();
    std::fs::create_dir(this.path().join("here")).expect("the folder can be made");
    let mut command = this.command(&["new", "."]);
    let outcome: Outcome = command.current_dir(this.path().join("here")).output().expect("it starts").into();
    outcome.succeeded().says("created ./here.yaml").says("next: millstream run here.yaml");
    assert!(!this.read("here/here.yaml").is_empty());
}

#[test]
fn refuses_what_is_no_name() {
    let this = Try::new();
    for name in ["1st", "häuser", "..", "a+b"] {
        this.call(&["new", name]).ended_with(2).says("cannot be a pipeline's name");
    }
}
