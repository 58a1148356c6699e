//! Digests.

use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::encoding::digits;
use crate::scope::Scope;
use crate::values::Fault;

const LOWER: &[u8; 16] = b"0123456789abcdef";

macro_rules! digests {
    ($($name:ident $of_bytes:ident $digest:ty, $doc:literal;)*) => {$(
        #[doc = concat!("The ", $doc, " digest of a text in hexadecimal digits.")]
        pub fn $name<'a>(scope: &Scope<'a>, text: &str) -> &'a str {
            $of_bytes(scope, text.as_bytes())
        }

        #[doc = concat!("The ", $doc, " digest of bytes in hexadecimal digits.")]
        pub fn $of_bytes<'a>(scope: &Scope<'a>, bytes: &[u8]) -> &'a str {
            digits(scope, &<$digest>::digest(bytes), LOWER)
        }
    )*};
}
digests! {
    md5 md5_of_bytes Md5, "MD5";
    sha1 sha1_of_bytes Sha1, "SHA-1";
    sha224 sha224_of_bytes Sha224, "SHA-224";
    sha256 sha256_of_bytes Sha256, "SHA-256";
    sha384 sha384_of_bytes Sha384, "SHA-384";
    sha512 sha512_of_bytes Sha512, "SHA-512";
}

/// `sha2(text, bits)`
pub fn sha2<'a>(scope: &Scope<'a>, text: &str, bits: i32) -> Result<&'a str, Fault> {
    sha2_of_bytes(scope, text.as_bytes(), bits)
}

/// `sha2(bytes, bits)`
pub fn sha2_of_bytes<'a>(scope: &Scope<'a>, bytes: &[u8], bits: i32) -> Result<&'a str, Fault> {
    match bits {
        224 => Ok(sha224_of_bytes(scope, bytes)),
        256 => Ok(sha256_of_bytes(scope, bytes)),
        384 => Ok(sha384_of_bytes(scope, bytes)),
        512 => Ok(sha512_of_bytes(scope, bytes)),
        _ => Err(Fault::new(format!("SHA-2 has 224, 256, 384 or 512 bits, not {bits}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::with_scope;

    #[test]
    fn digests() {
        with_scope(|scope| {
            assert_eq!(md5(scope, "a"), "0cc175b9c0f1b6a831c399e269772661");
            assert_eq!(sha1(scope, "a"), "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8");
            assert_eq!(sha2(scope, "a", 256).map(str::len), Ok(64));
            assert!(sha2(scope, "a", 2).is_err());
        });
    }
}
