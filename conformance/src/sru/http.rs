//! HTTP as far as a client of SRU needs it: one request, one response, nothing kept.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, put together where it came in chunks.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request over a connection of its own. `head` is everything before the blank line but Host, Connection and
/// Content-Length.
pub fn exchange(address: &str, head: &str, body: &[u8]) -> Result<Response> {
    let mut stream = connect(address)?;
    let length = if body.is_empty() {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    let head = format!("{head}\r\nHost: {address}\r\nConnection: close\r\n{length}\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let bytes = read_response(&mut stream)?;
    parse(&bytes).with_context(|| format!("no HTTP response: {}", String::from_utf8_lossy(bytes.get(..80).unwrap_or(&bytes))))
}

/// Connects.
pub fn connect(address: &str) -> Result<TcpStream> {
    let place = address.to_socket_addrs().ok().and_then(|mut found| found.next());
    let place = place.with_context(|| format!("{address} is no address"))?;
    let stream = TcpStream::connect_timeout(&place, PATIENCE).with_context(|| format!("cannot connect to {address}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads one response, by its own account of its length or to the end.
pub fn read_response(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let count = stream.read(&mut piece)?;
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        if count == 0 && bytes.is_empty() {
            bail!("the server closed the connection");
        }
        if count == 0 || whole_length(&bytes).is_some() {
            return Ok(bytes);
        }
    }
}

/// The length of the response at the front, head and body; `None` while it is not whole or does not say.
pub fn whole_length(bytes: &[u8]) -> Option<usize> {
    let head_length = head_length(bytes)?;
    let headers = headers(bytes.get(..head_length)?);
    let of = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    if of("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        let (_, length) = unchunk(bytes.get(head_length..)?)?;
        return Some(head_length + length);
    }
    let whole = head_length + of("content-length")?.parse::<usize>().ok()?;
    (bytes.len() >= whole).then_some(whole)
}

/// Reads a response of which everything has come.
pub fn parse(bytes: &[u8]) -> Option<Response> {
    let head_length = head_length(bytes)?;
    let (head, body) = bytes.split_at_checked(head_length)?;
    let line = String::from_utf8_lossy(head.split(|byte| *byte == b'\r').next()?).into_owned();
    let status = line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let headers = headers(head);
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value.eq_ignore_ascii_case("chunked"));
    let body = if chunked { unchunk(body)?.0 } else { body.to_vec() };
    Some(Response { status, headers, body })
}

fn head_length(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn headers(head: &[u8]) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(head);
    let fields = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    fields
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}

/// Puts chunks together; gives the body and how many bytes its chunks took.
fn unchunk(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut left) = (Vec::new(), bytes);
    loop {
        let line_length = left.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(left.get(..line_length)?).ok()?.split(';').next()?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        let chunk = left.get(line_length + 2..)?;
        body.extend_from_slice(chunk.get(..size)?);
        left = chunk.get(size..)?.strip_prefix(b"\r\n")?;
        if size == 0 {
            return Some((body, bytes.len() - left.len()));
        }
    }
}

/// Percent-encodes a parameter's value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_chunks_together() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        assert_eq!(whole_length(bytes), Some(bytes.len()));
        assert_eq!(whole_length(&bytes[..bytes.len() - 2]), None);
        let response = parse(bytes).unwrap();
        assert_eq!((response.status, response.text().as_str()), (200, "abcde"));
    }

    #[test]
    fn encodes_what_a_url_may_not_hold() {
        assert_eq!(encode("dc.title=\"æ b\""), "dc.title%3D%22%C3%A6%20b%22");
    }
}
