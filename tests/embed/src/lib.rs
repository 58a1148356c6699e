//! A program of its own that embeds pipelines: `build.rs` compiles their YAML to modules such as [`last_page`], the
//! program feeds them with rows and reads what changes.

use std::collections::HashMap;
use std::error::Error;

use last_page::{LastPage, UserLastLog, UserLog};
use millstream_runtime::job::Embedded;

/// The pipeline `pipelines/last_page.yaml` as Rust.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod last_page {
    include!(concat!(env!("OUT_DIR"), "/last_page.rs"));
}

/// The pipeline `pipelines/premium_drop_alert.yaml` as Rust.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod premium_drop_alert {
    include!(concat!(env!("OUT_DIR"), "/premium_drop_alert.rs"));
}

/// The pipeline `pipelines/hourly_premium.yaml` as Rust.
#[allow(clippy::pedantic, reason = "generated code is held to the usual lints")]
pub mod hourly_premium {
    include!(concat!(env!("OUT_DIR"), "/hourly_premium.rs"));
}

/// The page on which each account was last seen.
pub struct LastPages {
    pipeline: Embedded<LastPage>,
    pages: HashMap<String, String>,
}

impl LastPages {
    /// Nobody was seen yet.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self { pipeline: Embedded::new()?, pages: HashMap::new() })
    }

    /// Takes page views and gives the accounts whose page changed.
    pub fn see(&mut self, views: &[UserLog<'_>]) -> Result<Vec<String>, Box<dyn Error>> {
        self.pipeline.feed(views)?;
        self.pipeline.commit()?;
        let mut moved = Vec::new();
        let pages = &mut self.pages;
        self.pipeline.changes::<UserLastLog>(|change| {
            if let Some(UserLastLog { account_id, page_name: Some(page), .. }) = change.after {
                let before = pages.insert(account_id.to_owned(), page.to_owned());
                if before.as_deref() != Some(page) {
                    moved.push(account_id.to_owned());
                }
            }
        })?;
        Ok(moved)
    }

    /// The page on which an account was last seen.
    pub fn page(&self, account: &str) -> Option<&str> {
        self.pages.get(account).map(String::as_str)
    }
}
