//! `millstream build`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Try, cache, repository};

#[test]
fn the_binary_goes_where_it_is_told_to_and_runs_from_there() {
    let this = Try::with_new_job();
    this.call(&["build", "my_job/my_job.yaml"]).ended_with(2).says("my_job is a folder; say with -o FILE");
    this.call(&["build", "my_job/my_job.yaml", "-o", "no/such/place"]).ended_with(3).says("there is no such folder");
    this.call(&["build", "my_job/my_job.yaml", "-o", "job"]).succeeded().says("my_job: built job in ");
    let binary = this.path().join("job");
    // Paths of a moved binary are relative to the current folder.
    let folder = this.path().join("my_job");
    let output = Command::new(&binary).current_dir(&folder).output().expect("the binary starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "only `millstream run` shows tables");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("my_job: 8 records in "));
    assert!(folder.join("out/my_job.db").is_file());
    let elsewhere = Command::new(&binary).current_dir(this.path()).output().expect("the binary starts");
    assert_eq!(elsewhere.status.code(), Some(3), "{}", String::from_utf8_lossy(&elsewhere.stderr));
    assert!(String::from_utf8_lossy(&elsewhere.stderr).contains("data/orders.jsonl"));
}

#[test]
fn a_missing_cargo_is_exit_code_3_and_not_needed_for_what_was_built() {
    let this = Try::with_new_job();
    let without_cargo = |arguments: &[&str]| {
        let mut command = this.command(arguments);
        super::Outcome::from(command.env("PATH", this.path()).output().expect("the command can be started"))
    };
    this.edit("my_job/my_job.yaml", "Orders and revenue", "A description of this test alone");
    without_cargo(&["build", "my_job/my_job.yaml", "-o", "job"]).ended_with(3).says("error: cannot find cargo");
    this.call(&["build", "my_job/my_job.yaml", "-o", "job"]).succeeded();
    without_cargo(&["build", "my_job/my_job.yaml", "-o", "job"]).succeeded();
    without_cargo(&["run", "my_job/my_job.yaml"]).succeeded().prints("Hangzhou");
}

#[test]
fn a_cache_that_cannot_be_written_is_exit_code_3() {
    let this = Try::with_new_job();
    let mut command = this.command(&["build", "my_job/my_job.yaml", "-o", "job"]);
    let output = command.env("MILLSTREAM_CACHE", this.path().join("my_job/README.md")).output();
    super::Outcome::from(output.expect("the command can be started"))
        .ended_with(3)
        .says("cannot create the build folder")
        .says("set MILLSTREAM_CACHE");
}

#[test]
fn the_runtime_is_built_with_the_features_that_are_asked_for() {
    let this = Try::with_new_job();
    let with = |features: &str, arguments: &[&str]| {
        let mut command = this.command(arguments);
        super::Outcome::from(command.env("MILLSTREAM_RUNTIME_FEATURES", features).output().expect("it can be started"))
    };
    // Another text for each run of the tests: a binary that is there would be taken.
    let text = format!("With all that the runtime has in process {}, orders and revenue", std::process::id());
    this.edit("my_job/my_job.yaml", "Orders and revenue", &text);
    let build = ["build", "my_job/my_job.yaml", "-o", "job", "-v"];
    with("sqlite,kafka", &build).ended_with(2).says(
        "MILLSTREAM_RUNTIME_FEATURES names `kafka`; the runtime has the features digests, postgres, regexp, sqlite",
    );
    // All of them, as `tests/run` builds the jobs of the other tests.
    let outcome = with("digests postgres regexp sqlite", &build).succeeded();
    let folder = outcome.stderr.split("cargo build in ").nth(1).and_then(|rest| rest.lines().next()).expect("a folder");
    let manifest = fs::read_to_string(Path::new(folder).join("Cargo.toml")).expect("a manifest");
    assert!(manifest.contains(r#"features = ["digests", "postgres", "regexp", "sqlite"]"#), "{manifest}");
    with("sqlite, regexp,postgres digests", &build).succeeded().says("my_job: unchanged");
}

/// What cargo sets for tests and build scripts differs from one to the next; build scripts that look at it would be run
/// again, and all that depends on them compiled anew.
#[cfg(unix)]
#[test]
fn cargo_is_not_told_what_another_cargo_set_for_itself() {
    use std::os::unix::fs::PermissionsExt as _;

    let this = Try::with_new_job();
    this.edit("my_job/my_job.yaml", "Orders and revenue", "What no build is of, orders and revenue");
    let (cargo, told) = (this.path().join("cargo"), this.path().join("told"));
    fs::write(&cargo, format!("#!/bin/sh\n/usr/bin/env > {}\n", told.display())).expect("writes a script");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("lets it be run");
    let mut command = this.command(&["build", "my_job/my_job.yaml", "-o", "job"]);
    command.env("PATH", this.path()).env("OUT_DIR", "/out").env("CARGO_PKG_NAME", "other").env("RUSTFLAGS", "-g");
    command.env("HTTPS_PROXY", "http://proxy");
    assert!(!command.output().expect("it can be started").status.success(), "that cargo builds nothing");
    let told = fs::read_to_string(told).expect("cargo was started");
    let has = |name: &str| told.lines().any(|line| line.split('=').next() == Some(name));
    assert!(["OUT_DIR", "CARGO_PKG_NAME", "RUSTFLAGS"].iter().all(|name| !has(name)), "{told}");
    assert!(has("HTTPS_PROXY"), "{told}");
}

#[test]
fn a_job_is_optimised_as_it_is_asked_for() {
    let this = Try::with_new_job();
    // Nothing is built: cargo cannot be found, but all that it would read is in place.
    let with = |level: &str| {
        let mut command = this.command(&["build", "my_job/my_job.yaml", "-o", "job", "-v"]);
        command.env("PATH", this.path()).env("MILLSTREAM_OPT_LEVEL", level);
        super::Outcome::from(command.output().expect("it can be started"))
    };
    this.edit("my_job/my_job.yaml", "Orders and revenue", "What no other test builds, orders and revenue");
    for (level, line) in
        [("", None), ("0", Some("opt-level = 0")), ("1", Some("opt-level = 1")), ("3", Some("opt-level = 3"))]
    {
        let outcome = with(level).ended_with(3);
        let folder = outcome.stderr.split("cargo build in ").nth(1).and_then(|rest| rest.lines().next());
        let manifest = fs::read_to_string(Path::new(folder.expect("a folder")).join("Cargo.toml")).expect("a manifest");
        let profile = manifest.split("[profile.release]").nth(1).and_then(|rest| rest.split("\n[").next());
        let found = profile.expect("a profile").lines().find(|line| line.starts_with("opt-level"));
        assert_eq!(found, line, "{manifest}");
        // Without any optimising of the runtime a job would be too slow to test with.
        let runtime = manifest.contains("[profile.release.package.millstream-runtime]\nopt-level = 1");
        assert_eq!(runtime, level == "0", "{manifest}");
    }
    with("fast").ended_with(2).says("MILLSTREAM_OPT_LEVEL is `fast`; it can be 0, 1, 2 or 3");
}

#[test]
fn a_pipeline_that_needs_more_of_the_runtime_keeps_to_the_versions_of_the_lock_file() {
    let this = Try::with_new_job();
    // Nothing is built: cargo cannot be found, but all that it would read is in place.
    let lock = || {
        let mut command = this.command(&["build", "my_job/my_job.yaml", "-o", "job", "-v"]);
        command.env("PATH", this.path()).env("MILLSTREAM_RUNTIME_FEATURES", "");
        let outcome = super::Outcome::from(command.output().expect("it can be started")).ended_with(3);
        let folder = outcome.stderr.split("cargo build in ").nth(1).and_then(|rest| rest.lines().next());
        Path::new(folder.expect("a folder")).join("Cargo.lock")
    };
    this.edit("my_job/my_job.yaml", "Orders and revenue", "What no test builds, orders and revenue");
    this.edit("my_job/my_job.yaml", "    sqlite: {path: out/my_job.db}", "    print: {}");
    let path = lock();
    let whole = fs::read_to_string(repository().join("Cargo.lock")).expect("a lock file");
    // Cargo takes out what is not needed.
    fs::write(&path, "# without rusqlite\n").expect("a lock file is written");
    this.edit("my_job/my_job.yaml", "orders and revenue", "another text");
    assert_eq!(lock(), path, "the same crate");
    assert_eq!(fs::read_to_string(&path).expect("a lock file"), "# without rusqlite\n", "nothing else is needed");
    this.edit("my_job/my_job.yaml", "    print: {}", "    sqlite: {path: out/my_job.db}");
    assert_eq!(lock(), path, "the same crate");
    assert_eq!(fs::read_to_string(&path).expect("a lock file"), whole);
}

#[test]
fn builds_at_the_same_time_do_not_disturb_each_other() {
    let this = Try::new();
    let names = ["left", "right", "third"];
    for name in names {
        this.call(&["new", name, "-q"]).succeeded();
    }
    let start = |name: &&str| {
        let (file, binary) = (format!("{name}/{name}.yaml"), format!("{name}/job"));
        this.command(&["build", &file, "-o", &binary]).spawn().expect("the command can be started")
    };
    let builds: Vec<_> = names.iter().map(start).collect();
    for mut build in builds {
        assert!(build.wait().expect("the build ends").success());
    }
    for name in names {
        let output = Command::new(this.path().join(name).join("job")).arg("--version").output().expect("it starts");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(&format!("{name} (Millstream 0.")));
    }
}

#[test]
fn emitted_source_builds_without_the_repository() {
    let this = Try::with_new_job();
    this.call(&["build", "my_job/my_job.yaml", "--emit-source", "crate"]).succeeded().says("my_job: source in crate");
    let main = this.read("crate/src/main.rs");
    assert!(main.contains("millstream_runtime::job::main::<pipeline::MyJob>()"), "{main}");
    // With the target folder of the other builds, and optimised as they are, its dependencies are there already.
    let level = std::env::var("MILLSTREAM_OPT_LEVEL").ok();
    let output = Command::new("cargo")
        .envs(level.map(|level| ("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)))
        .args(["build", "--release", "--offline", "--target-dir"])
        .arg(cache().join("build/target"))
        .env_remove("RUSTFLAGS")
        .current_dir(this.path().join("crate"))
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// `generated/` holds what `millstream build pipelines/NAME.yaml --emit-source generated/NAME` writes.
/// `UPDATE=1 cargo test -p millstream-compiler --test command generated` writes it anew.
#[test]
fn generated_crates_are_current() {
    let this = Try::new();
    let update = std::env::var_os("UPDATE").is_some();
    let mut old = Vec::new();
    for name in ["hourly_premium", "premium_drop_alert", "last_page"] {
        let committed = repository().join("generated").join(name);
        // Below `target`, so that the crate is a member of the same workspace.
        let fresh = if update { committed.clone() } else { repository().join("target/generated").join(name) };
        let file = repository().join(format!("pipelines/{name}.yaml"));
        let paths = [file.to_str(), fresh.to_str()].map(|path| path.expect("the path is text"));
        this.call(&["build", paths[0], "--emit-source", paths[1]]).succeeded();
        for path in ["Cargo.toml", "README.md", "src/main.rs", "src/pipeline.rs"] {
            if fs::read(fresh.join(path)).ok() != fs::read(committed.join(path)).ok() {
                old.push(Path::new(name).join(path));
            }
        }
    }
    assert!(old.is_empty(), "old in generated/: {old:?}; UPDATE=1 with this test writes it anew");
}
