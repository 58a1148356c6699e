//! Text from outside on a terminal: nothing in it moves the cursor, colours what follows, or fills the screen.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A text on one line.
pub(super) fn visible(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_string();
    }
    text.chars()
        .map(|letter| if letter.is_control() { letter.escape_default().to_string() } else { letter.to_string() })
        .collect()
}

/// A text that is not wider than so many columns.
pub(super) fn cut(text: String, widest: usize) -> String {
    if text.width() <= widest {
        return text;
    }
    let mut width = 0;
    let kept = text.chars().take_while(|letter| {
        width += letter.width().unwrap_or(0);
        width < widest
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_done_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\nc 首页"), "a\\u{1b}[31mb\\nc 首页");
        assert_eq!(cut(visible("首页首页"), 5), "首页…");
        assert_eq!(cut(visible("abc"), 3), "abc");
    }
}
