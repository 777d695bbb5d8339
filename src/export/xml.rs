//! Text inside XML.

/// The text as it stands between tags and in attributes. Letters that XML cannot hold
/// (most of those below U+0020) are left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if letter < ' ' => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_wrote_never_becomes_markup() {
        assert_eq!(
            escaped("<a b=\"c\">&'\u{0}\r\nLò"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\nLò"
        );
    }
}
