//! What a peer wrote, made fit for a terminal: no control characters, no escape sequences, nothing that turns the
//! direction of what follows.

/// The longest name or title that is shown. Units: characters. What is longer pushes the rest off the screen.
const MAX_SHORT: usize = 200;

/// The longest address that is shown. Units: characters. What a person still looks at.
const MAX_ADDRESS: usize = 1_000;

/// Gives a text of several lines, each further one set in, so that none can pass for a line of ours.
pub(super) fn text(text: &str) -> String {
    let lines: Vec<String> = text
        .split(['\n', '\u{2028}', '\u{2029}', '\u{85}'])
        .map(|line| plain(line).trim_end().to_owned())
        .collect();
    lines.join("\n      ").trim_end().to_owned()
}

/// Gives a name or a title on one line.
pub(super) fn short(text: &str) -> String {
    cut(&plain(text), MAX_SHORT)
}

/// Gives an address on one line.
pub(super) fn address(text: &str) -> String {
    cut(&plain(text), MAX_ADDRESS)
}

fn plain(text: &str) -> String {
    text.chars()
        .filter_map(|character| if character.is_whitespace() { Some(' ') } else { shown(character) })
        .collect()
}

fn shown(character: char) -> Option<char> {
    let is_hidden = character.is_control()
        || matches!(
            character,
            // Soft hyphen, direction marks, embeddings, overrides and isolates (Unicode Standard Annex 9).
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            // Invisible operators and deprecated formats, the byte order mark, annotations.
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Tags, which spell out what nobody sees.
            | '\u{e0000}'..='\u{e007f}'
        );
    (!is_hidden).then_some(character)
}

fn cut(text: &str, most: usize) -> String {
    let text = text.trim();
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::{address, short, text};

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        for (hostile, shown) in [
            ("hello", "hello"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{1b}]0;title\u{7}", "]0;title"),
            ("\u{9b}2J", "2J"),
            ("a\rb\u{8}c\u{7f}", "a bc"),
            ("\u{202e}gro.live\u{2066}\u{200f}", "gro.live"),
            ("a\u{e0041}\u{feff}b", "ab"),
            ("👩\u{200d}🚀 می\u{200c}خواهم", "👩\u{200d}🚀 می\u{200c}خواهم"),
        ] {
            assert_eq!(text(hostile), shown, "{hostile:?}");
            assert_eq!(short(hostile), shown, "{hostile:?}");
            assert_eq!(address(hostile), shown, "{hostile:?}");
        }
    }

    #[test]
    fn no_line_of_a_peer_begins_where_ours_begin() {
        assert_eq!(text("a\n* Dana has ended\u{2028}b\r\n"), "a\n      * Dana has ended\n      b");
        assert_eq!(short("a\nb"), "a b");
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        let long = "ü".repeat(5_000);
        assert_eq!(short(&long).chars().count(), 201);
        assert_eq!(address(&long).chars().count(), 1_001);
        assert_eq!(text(&long), long);
    }
}
