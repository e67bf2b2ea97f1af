//! The bytes of an answer, unpacked, up to a limit.

use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use hyper::body::Bytes;

/// Takes an answer piece by piece. What it holds is bounded however small the packed bytes are.
#[derive(Debug)]
pub(super) struct Body {
    unpacker: Unpacker,
}

#[derive(Debug)]
enum Unpacker {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// Keeps the first bytes, and refuses more.
#[derive(Debug)]
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.limit - self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        if taken == 0 && !bytes.is_empty() { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The packed bytes are not what they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Corrupt;

impl Body {
    /// Makes an empty one for a `Content-Encoding`; there is none for one that was not asked for.
    pub(super) fn new(encoding: Option<&str>, limit: usize) -> Option<Self> {
        let bounded = Bounded { bytes: Vec::new(), limit };
        let encoding = encoding.map(|encoding| encoding.trim().to_ascii_lowercase());
        let unpacker = match encoding.as_deref() {
            None | Some("" | "identity") => Unpacker::Plain(bounded),
            Some("gzip" | "x-gzip") => Unpacker::Gzip(Box::new(MultiGzDecoder::new(bounded))),
            Some(_) => return None,
        };
        Some(Self { unpacker })
    }

    /// Takes the next piece; says whether there is room for more.
    pub(super) fn push(&mut self, piece: &Bytes) -> Result<bool, Corrupt> {
        let pushed = match &mut self.unpacker {
            Unpacker::Plain(bounded) => bounded.write_all(piece),
            Unpacker::Gzip(decoder) => decoder.write_all(piece),
        };
        Self::judge(pushed)
    }

    /// Takes the end; says whether all there was had room.
    pub(super) fn end(&mut self) -> Result<bool, Corrupt> {
        match &mut self.unpacker {
            Unpacker::Plain(_) => Ok(true),
            Unpacker::Gzip(decoder) => Self::judge(decoder.try_finish()),
        }
    }

    fn judge(result: io::Result<()>) -> Result<bool, Corrupt> {
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Ok(false),
            Err(_) => Err(Corrupt),
        }
    }

    /// Gives what there is.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.unpacker {
            Unpacker::Plain(bounded) => &bounded.bytes,
            Unpacker::Gzip(decoder) => &decoder.get_ref().bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use hyper::body::Bytes;

    use super::{Body, Corrupt};

    fn packed(bytes: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn what_fits_comes_out_whole() {
        for (encoding, bytes) in [(None, Bytes::from_static(b"hello")), (Some("GZIP"), packed(b"hello"))] {
            let mut body = Body::new(encoding, 5).unwrap();
            for at in 0..bytes.len() {
                assert_eq!(body.push(&bytes.slice(at..=at)), Ok(true));
            }
            assert_eq!((body.end(), body.bytes()), (Ok(true), b"hello".as_slice()));
        }
    }

    #[test]
    fn a_bomb_fills_no_more_than_the_limit() {
        let bomb = packed(&vec![0; 20_000_000]);
        assert!(bomb.len() < 30_000);
        for encoding in [None, Some("gzip")] {
            let mut body = Body::new(encoding, 10_000).unwrap();
            assert_eq!(body.push(&bomb), Ok(false));
            assert_eq!(body.bytes().len(), 10_000);
        }
    }

    #[test]
    fn what_is_corrupt_is_said_to_be() {
        let mut body = Body::new(Some("gzip"), 10_000).unwrap();
        assert_eq!(body.push(&Bytes::from_static(b"<html>, not packed")), Err(Corrupt));
        let mut body = Body::new(Some("gzip"), 10_000).unwrap();
        let bytes = packed(b"a page that ends too soon");
        assert_eq!(body.push(&bytes.slice(..bytes.len() - 9)), Ok(true));
        assert_eq!(body.end(), Err(Corrupt));
    }

    #[test]
    fn what_was_not_asked_for_is_not_unpacked() {
        for encoding in ["br", "zstd", "deflate", "gzip, gzip", "compress"] {
            assert!(Body::new(Some(encoding), 1).is_none(), "{encoding}");
        }
    }
}
