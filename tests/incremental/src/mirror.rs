//! A table as its changes make it: each change must fit what is there.

use std::collections::BTreeMap;

use millstream_runtime::connectors::Row;
use millstream_runtime::job::{Embedded, Gives};

use crate::cell::{Cell, Cells};

/// A table rebuilt from its changes.
#[derive(Debug, Default)]
pub struct Mirror {
    /// How often each row is there; by key more than once is an error.
    rows: BTreeMap<Cells, usize>,
}

impl Mirror {
    /// Reads what changed and applies it. The error says which change does not fit.
    pub fn read<J, R>(&mut self, job: &mut Embedded<J>) -> Result<(), String>
    where
        J: Gives<R>,
        for<'c> J::At<'c>: Row,
    {
        let info = &J::TABLES[J::TABLE].info;
        let (width, key) = (info.columns.len(), info.primary_key);
        let mut told: Vec<[Option<Cells>; 2]> = Vec::new();
        let row = |row: &dyn Row| Cell::row(row, width);
        job.changes::<R>(|change| {
            told.push([change.before.map(|before| row(&before)), change.after.map(|after| row(&after))]);
        })
        .map_err(|fault| fault.to_string())?;
        for [before, after] in &told {
            self.apply(info.name, key, before.as_ref(), after.as_ref())?;
        }
        if !key.is_empty() {
            let mut keys: Vec<Cells> = told.iter().flatten().flatten().map(|row| key_of(row, key)).collect();
            let all = keys.len();
            keys.sort();
            keys.dedup();
            let pairs = told.iter().filter(|change| change.iter().all(Option::is_some)).count();
            if keys.len() + pairs != all {
                return Err(format!("{}: a key is told of twice: {told:?}", info.name));
            }
        }
        Ok(())
    }

    fn apply(
        &mut self,
        name: &str,
        key: &[usize],
        before: Option<&Cells>,
        after: Option<&Cells>,
    ) -> Result<(), String> {
        if before == after {
            return Err(format!("{name}: a change that changes nothing: {before:?}"));
        }
        if let Some(before) = before {
            match self.rows.get_mut(before) {
                Some(count) if *count > 1 => *count -= 1,
                Some(_) => drop(self.rows.remove(before)),
                None => return Err(format!("{name}: taken back, but not there: {before:?}\n  there: {:?}", self.rows)),
            }
        }
        if let Some(after) = after {
            if !key.is_empty()
                && let Some(there) = self.rows.keys().find(|row| key_of(row, key) == key_of(after, key))
            {
                return Err(format!("{name}: {after:?} comes, but {there:?} is there"));
            }
            *self.rows.entry(after.clone()).or_default() += 1;
        }
        Ok(())
    }

    /// The rows, sorted.
    pub fn rows(&self) -> Vec<Cells> {
        self.rows.iter().flat_map(|(row, count)| std::iter::repeat_n(row.clone(), *count)).collect()
    }
}

fn key_of(row: &Cells, key: &[usize]) -> Cells {
    key.iter().map(|column| row[*column].clone()).collect()
}
