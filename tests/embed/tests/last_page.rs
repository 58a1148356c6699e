//! The embedded pipeline through its typed API.

use std::error::Error;

use millstream_embed_example::LastPages;
use millstream_embed_example::last_page::{LastPage, UserLastLog, UserLog};
use millstream_runtime::job::Embedded;

fn view<'a>(account: &'a str, device: &'a str, page: Option<&'a str>) -> UserLog<'a> {
    UserLog {
        account_id: Some(account),
        device_id: Some(device),
        bury_point_type: Some("page"),
        page_name: page,
        ..UserLog::default()
    }
}

/// A row as `device page`.
fn shown(row: UserLastLog<'_>) -> String {
    format!("{} {} {}", row.account_id, row.device_id.unwrap_or("-"), row.page_name.unwrap_or("-"))
}

/// What changed, as `before -> after`, sorted.
fn changes(job: &mut Embedded<LastPage>) -> Vec<String> {
    let mut all = Vec::new();
    job.changes::<UserLastLog>(|change| {
        let text = |row: Option<UserLastLog<'_>>| row.map_or_else(|| "nothing".to_owned(), shown);
        all.push(format!("{} -> {}", text(change.before), text(change.after)));
    })
    .expect("changes can be read");
    all.sort();
    all
}

#[test]
fn rows_come_in_and_changes_go_out() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    job.feed(&[view("a", "phone", Some("/home")), view("b", "phone", Some("/home"))])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["nothing -> a phone /home", "nothing -> b phone /home"]);
    assert!(changes(&mut job).is_empty(), "what was read is not told again");

    // However often a row changes, it is told once, with the row that was told before.
    job.feed(&[view("a", "phone", Some("/policy")), view("a", "phone", Some("/claim"))])?;
    job.feed(&[view("a", "phone", Some("/pay"))])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["a phone /home -> a phone /pay"]);
    Ok(())
}

#[test]
fn of_two_devices_the_one_used_last_stands() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    job.feed(&[view("a", "phone", Some("/home")), view("a", "tablet", Some("/claim"))])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["nothing -> a tablet /claim"]);
    job.feed(&[view("a", "phone", Some("/pay"))])?;
    job.commit()?;
    assert_eq!(changes(&mut job), ["a tablet /claim -> a phone /pay"]);
    Ok(())
}

#[test]
fn rows_that_change_nothing_tell_nothing() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    job.feed(&[view("a", "phone", Some("/home"))])?;
    job.commit()?;
    changes(&mut job);
    // The same again; a null, which last_value passes over; and nobody's page view.
    job.feed(&[view("a", "phone", Some("/home")), view("a", "phone", None), UserLog::default()])?;
    job.commit()?;
    assert!(changes(&mut job).is_empty());
    // There and back within an epoch.
    job.feed(&[view("a", "phone", Some("/claim")), view("a", "phone", Some("/home"))])?;
    job.commit()?;
    assert!(changes(&mut job).is_empty());
    Ok(())
}

#[test]
fn what_nobody_read_waits() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    for page in ["/home", "/policy", "/claim"] {
        job.feed(&[view("a", "phone", Some(page))])?;
        job.commit()?;
    }
    assert_eq!(changes(&mut job), ["nothing -> a phone /claim"]);
    Ok(())
}

#[test]
fn text_of_any_length_is_kept_and_need_not_outlive_the_call() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    for length in [0, 1, 22, 23, 1000, 3] {
        let page = "页".repeat(length);
        let account = format!("account {}", "x".repeat(length));
        job.feed(&[view(&account, "phone", Some(&page))])?;
        job.commit()?;
        drop((page, account));
        let [change] = &changes(&mut job)[..] else { panic!("one change") };
        let expected = format!("nothing -> account {} phone {}", "x".repeat(length), "页".repeat(length));
        assert_eq!(*change, expected);
    }
    Ok(())
}

#[test]
fn many_rows_at_once() -> Result<(), Box<dyn Error>> {
    let accounts: Vec<String> = (0..10_000).map(|number| format!("account {}", number % 700)).collect();
    let pages: Vec<String> = (0..10_000).map(|number| format!("/page/{number}")).collect();
    let rows: Vec<UserLog<'_>> =
        accounts.iter().zip(&pages).map(|(account, page)| view(account, "phone", Some(page))).collect();
    let mut job = Embedded::<LastPage>::new()?;
    job.feed(&rows)?;
    job.commit()?;
    let found = changes(&mut job);
    assert_eq!(found.len(), 700);
    assert!(found.contains(&"nothing -> account 0 phone /page/9800".to_owned()), "{}", found[0]);
    Ok(())
}

#[test]
fn a_service_around_it() -> Result<(), Box<dyn Error>> {
    let mut pages = LastPages::new()?;
    assert_eq!(pages.see(&[view("a", "phone", Some("/home"))])?, ["a"]);
    assert_eq!(pages.see(&[view("a", "tablet", Some("/home"))])?, [""; 0], "another device, the same page");
    assert_eq!(pages.see(&[view("a", "tablet", Some("/claim")), view("b", "phone", Some("/home"))])?.len(), 2);
    assert_eq!(pages.page("a"), Some("/claim"));
    assert_eq!(pages.page("c"), None);
    Ok(())
}

#[test]
fn it_can_move_to_another_thread() -> Result<(), Box<dyn Error>> {
    let mut job = Embedded::<LastPage>::new()?;
    let told = std::thread::spawn(move || {
        job.feed(&[view("a", "phone", Some("/home"))]).expect("the row is good");
        changes(&mut job)
    });
    assert_eq!(told.join().expect("the thread ends"), ["nothing -> a phone /home"]);
    Ok(())
}
