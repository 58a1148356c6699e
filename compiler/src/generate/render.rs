//! Items as text: one by one, with blank lines between.

use proc_macro2::TokenStream;

/// The text of a module.
pub fn render(items: &[TokenStream]) -> String {
    let mut text = String::new();
    let mut after_use = false;
    for item in items {
        let printed = match syn::parse2::<syn::Item>(item.clone()) {
            Ok(item) => prettyplease::unparse(&syn::File {
                shebang: None,
                frontmatter: None,
                attrs: Vec::new(),
                items: vec![item],
            }),
            // What does not parse is shown as it is, so that rustc says where it is wrong.
            Err(_) => format!("{item}\n"),
        };
        let is_use = printed.starts_with("use ");
        let together = is_use && after_use;
        if !text.is_empty() && !together {
            text.push('\n');
        }
        after_use = is_use;
        text.push_str(&spaced(&printed));
    }
    text
}

/// Blank lines between the items of an `impl`, and behind the imports of a module.
fn spaced(item: &str) -> String {
    let mut text = String::with_capacity(item.len());
    let mut last = "";
    for line in item.lines() {
        let item = |line: &str| line.starts_with("    ") && !line.starts_with("     ") && line != "    }";
        let ended = last.ends_with('}') || last.ends_with(';');
        let starts = ["fn ", "pub fn ", "///", "const ", "#["].iter().any(|word| line.trim_start().starts_with(word));
        let after_uses = last.starts_with("    use ") && !line.starts_with("    use ");
        if after_uses || ended && starts && item(line) && last.starts_with("    ") && !last.starts_with("     ") {
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
        last = line;
    }
    text
}
