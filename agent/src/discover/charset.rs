//! From a page's bytes to its text.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::markup;

/// How far from its beginning a page says in which encoding it is. Source: the HTML standard, "Determining
/// the character encoding".
const PRESCAN_BYTES: usize = 1024;

/// Decodes a page: by its byte order mark, else by what the server said, else by what the page says itself,
/// else as UTF-8 where it is that, and as what the web's oldest pages are where it is not.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    let label = |label: &str| Encoding::for_label(label.as_bytes());
    let encoding = declared.and_then(label).or_else(|| in_page(bytes)).unwrap_or_else(|| {
        // A page that was not read to its end may end in the middle of a character.
        let is_utf_8 = str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true);
        if is_utf_8 { UTF_8 } else { WINDOWS_1252 }
    });
    encoding.decode(bytes).0.into_owned()
}

fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..PRESCAN_BYTES).unwrap_or(bytes);
    let label = markup::read(&WINDOWS_1252.decode_without_bom_handling(start).0).charset?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    // It has just been read byte by byte.
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

/// What a `Content-Type`, or a `meta` in its place, says about the encoding.
pub(super) fn parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::{decode, parameter};

    #[test]
    fn the_servers_word_comes_before_the_pages() {
        assert_eq!(decode(b"<meta charset=utf-8>\xe4", Some("iso-8859-1")), "<meta charset=utf-8>ä");
        assert_eq!(decode(b"<meta charset=iso-8859-2>\xb1", None), "<meta charset=iso-8859-2>ą");
        assert_eq!(decode(b"<meta charset=iso-8859-2>\xc3\xa4", Some("utf-8")), "<meta charset=iso-8859-2>ä");
        assert_eq!(
            decode(b"<META content='text/html; charset=\"koi8-r\"' http-equiv=Content-Type>\xc1", None),
            "<META content='text/html; charset=\"koi8-r\"' http-equiv=Content-Type>а",
        );
    }

    #[test]
    fn a_byte_order_mark_comes_before_all() {
        assert_eq!(decode(b"\xef\xbb\xbf\xc3\xa4", Some("iso-8859-1")), "ä");
        assert_eq!(decode(b"\xff\xfea\0", Some("utf-8")), "a");
        assert_eq!(decode(b"\xfe\xff\0a", None), "a");
    }

    #[test]
    fn without_a_word_it_is_utf_8_or_old() {
        assert_eq!(decode("ä".as_bytes(), None), "ä");
        assert_eq!(decode(b"\xe4 and more", None), "ä and more");
        assert_eq!(decode("ä".as_bytes(), Some("no such encoding")), "ä");
        // What claims to be UTF-16 in ASCII is not.
        assert_eq!(decode(b"<meta charset=utf-16>\xc3\xa4", None), "<meta charset=utf-16>ä");
        // Said in a comment is not said.
        assert_eq!(
            decode(b"<!-- <meta charset=koi8-r> -->\xc3\xa4", None),
            "<!-- <meta charset=koi8-r> -->ä"
        );
    }

    #[test]
    fn a_page_cut_in_a_character_is_still_utf_8() {
        assert_eq!(decode(b"\xc3\xa4\xe2\x82", None), "ä\u{fffd}");
    }

    #[test]
    fn the_parameter_is_found_in_every_spelling() {
        for spelling in [
            "text/html;charset=koi8-r",
            "text/html; Charset = \"koi8-r\"",
            "text/html; a=b; charset='koi8-r'",
        ] {
            assert_eq!(parameter(spelling), Some("koi8-r"), "{spelling}");
        }
        assert_eq!(parameter("text/html; charset="), None);
        assert_eq!(parameter("charset"), None);
    }
}
