//! Digests and encodings.

use crate::catalogue::CallError;
use crate::catalogue::signature::{Args, Entry, Form, Gives, Param, STRING, Take, entry, form, run};
use crate::types::model::{Expr, Function};
use crate::types::ty::Base;

const TEXT: Param = Param("text", Take::Text);
const TEXT_OR_NULL: Param = Param("text", Take::TextOrNull);
const BYTES: Param = Param("bytes", Take::Bytes);

macro_rules! digest {
    ($path:literal, $path_of_bytes:literal, $length:literal) => {
        &[
            form(&[TEXT], Gives::Fixed(digest($path), Base::Char($length))),
            form(&[BYTES], Gives::Fixed(digest($path_of_bytes), Base::Char($length))),
        ]
    };
}

const fn digest(path: &'static str) -> Function {
    run(path).scoped().with_feature("digests")
}

const fn string(path: &'static str) -> Gives {
    Gives::Fixed(run(path).scoped(), STRING)
}

const SHA2: &[Form] = &[
    form(&[TEXT, Param("bits", Take::Int)], Gives::By(sha2)),
    form(&[BYTES, Param("bits", Take::Int)], Gives::By(sha2)),
];

/// The functions.
pub const ENTRIES: &[Entry] = &[
    entry(
        &["md5"],
        "The MD5 digest in hexadecimal digits.",
        ("md5('a')", "'0cc175b9c0f1b6a831c399e269772661'"),
        digest!("digest::md5", "digest::md5_of_bytes", 32),
    ),
    entry(
        &["sha1"],
        "The SHA-1 digest in hexadecimal digits.",
        ("sha1('a')", "'86f7e437faa5a7fce15d1ddcb9eaeaea377667b8'"),
        digest!("digest::sha1", "digest::sha1_of_bytes", 40),
    ),
    entry(
        &["sha224"],
        "The SHA-224 digest in hexadecimal digits.",
        ("left(sha224('a'), 8)", "'abd37534'"),
        digest!("digest::sha224", "digest::sha224_of_bytes", 56),
    ),
    entry(
        &["sha256"],
        "The SHA-256 digest in hexadecimal digits.",
        ("left(sha256('a'), 8)", "'ca978112'"),
        digest!("digest::sha256", "digest::sha256_of_bytes", 64),
    ),
    entry(
        &["sha384"],
        "The SHA-384 digest in hexadecimal digits.",
        ("left(sha384('a'), 8)", "'54a59b9f'"),
        digest!("digest::sha384", "digest::sha384_of_bytes", 96),
    ),
    entry(
        &["sha512"],
        "The SHA-512 digest in hexadecimal digits.",
        ("left(sha512('a'), 8)", "'1f40fc92'"),
        digest!("digest::sha512", "digest::sha512_of_bytes", 128),
    ),
    entry(
        &["sha2"],
        "The SHA-2 digest of 224, 256, 384 or 512 bits in hexadecimal digits; another size is a row error.",
        ("left(sha2('a', 256), 8)", "'ca978112'"),
        SHA2,
    ),
    entry(
        &["to_base64"],
        "The text (in UTF-8) or the bytes in base 64.",
        ("to_base64('abc')", "'YWJj'"),
        &[form(&[TEXT], string("encoding::to_base64")), form(&[BYTES], string("encoding::bytes_to_base64"))],
    ),
    entry(
        &["from_base64"],
        "The text that stands in base 64; a row error if it does not.",
        ("from_base64('YWJj')", "'abc'"),
        &[form(&[TEXT], Gives::Fixed(run("encoding::from_base64").scoped().result(), STRING))],
    ),
    entry(
        &["hex"],
        "The integer, or the text in UTF-8, in hexadecimal digits.",
        ("hex(255)", "'FF'"),
        &[
            form(&[Param("number", Take::BigInt)], string("encoding::hex")),
            form(&[TEXT], string("encoding::hex_of_text")),
        ],
    ),
    entry(
        &["unhex"],
        "The bytes of hexadecimal digits; null if they are none.",
        ("unhex('4142')", "x'4142'"),
        &[form(&[TEXT_OR_NULL], Gives::Fixed(run("encoding::unhex").scoped().option(), Base::Bytes))],
    ),
    entry(
        &["bin"],
        "The integer in binary digits.",
        ("bin(5)", "'101'"),
        &[form(&[Param("number", Take::BigInt)], string("encoding::bin"))],
    ),
    entry(
        &["encode"],
        "The text as bytes in a character set: US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16.",
        ("encode('a', 'UTF-16BE')", "x'0061'"),
        &[form(
            &[TEXT, Param("charset", Take::Text)],
            Gives::Fixed(run("encoding::encode").scoped().result(), Base::Bytes),
        )],
    ),
    entry(
        &["decode"],
        "Bytes in a character set as text.",
        ("decode(x'0061', 'UTF-16BE')", "'a'"),
        &[form(
            &[BYTES, Param("charset", Take::Text)],
            Gives::Fixed(run("encoding::decode").scoped().result(), STRING),
        )],
    ),
    entry(
        &["url_encode"],
        "The text as a part of a URL's query.",
        ("url_encode('a b&c')", "'a+b%26c'"),
        &[form(&[TEXT_OR_NULL], string("encoding::url_encode"))],
    ),
    entry(
        &["url_decode"],
        "The text of a part of a URL's query; null if it is none.",
        ("url_decode('a+b%26c')", "'a b&c'"),
        &[form(&[TEXT_OR_NULL], Gives::Fixed(run("encoding::url_decode").scoped().option(), STRING))],
    ),
    entry(
        &["parse_url"],
        "A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO; or the value of a key of its \
         query.",
        ("parse_url('http://a.b/c?d=e', 'QUERY', 'd')", "'e'"),
        &[
            form(
                &[Param("url", Take::Text), Param("part", Take::Text)],
                Gives::Fixed(run("encoding::parse_url").option(), STRING),
            ),
            form(
                &[Param("url", Take::Text), Param("part", Take::Text), Param("key", Take::Text)],
                Gives::Fixed(run("encoding::parse_url_key").option(), STRING),
            ),
        ],
    ),
    entry(
        &["inet_aton"],
        "An IPv4 address as a number; null if it is none.",
        ("inet_aton('10.0.0.1')", "167772161"),
        &[form(&[TEXT], Gives::Fixed(run("encoding::inet_aton").option(), Base::BigInt))],
    ),
    entry(
        &["inet_ntoa"],
        "A number as an IPv4 address; null outside its range.",
        ("inet_ntoa(167772161)", "'10.0.0.1'"),
        &[form(&[Param("number", Take::BigInt)], Gives::Fixed(run("encoding::inet_ntoa").scoped().option(), STRING))],
    ),
];

fn sha2(args: Args) -> Result<Expr, CallError> {
    let path = if args.base() == Base::Bytes { "digest::sha2_of_bytes" } else { "digest::sha2" };
    Ok(args.call(digest(path).result(), Base::Varchar(Some(128))))
}
