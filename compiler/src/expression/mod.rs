//! From SQL text to a syntax tree whose every node knows its place in the pipeline file.
//!
//! Keywords and function names are read in any case; names of columns are kept as written.

mod cursor;
mod error;
mod json;
mod lexer;
mod operand;
mod parser;
mod special;
mod tree;

pub use error::{Missing, SyntaxError, SyntaxErrorKind, Unsupported};
pub use tree::{Call, Ident, InputName, IsTest, Item, LikeKind, Literal, Node, NodeKind, TypeName};

use crate::source::Text;
use cursor::Parser;

/// Levels of nesting that are allowed; more would only be a generated text that went wrong, and every later pass
/// walks the tree by recursion.
pub const MAX_DEPTH: u16 = 200;

/// Reads one expression: `gmt_modified / 1000`.
pub fn parse(text: &Text) -> Result<Node, SyntaxError> {
    let mut node = Parser::over(text, Parser::expression)?;
    if let NodeKind::Name { qualifier: None, name } = &mut node.kind {
        name.yaml_quoted = text.is_quoted() && name.name == text.value;
    }
    Ok(node)
}

/// Reads one item of a list: an expression, perhaps `as name`.
pub fn parse_item(text: &Text) -> Result<Item, SyntaxError> {
    Parser::over(text, Parser::item)
}

/// Reads what stands behind `from:` and what names a look-up: `update_info`, `update_info as t1`.
pub fn parse_input(text: &Text) -> Result<InputName, SyntaxError> {
    Parser::over(text, Parser::input_name)
}

/// Reads a type: `decimal(18, 2) not null`.
pub fn parse_type(text: &Text) -> Result<TypeName, SyntaxError> {
    Parser::over(text, Parser::type_name)
}

#[cfg(test)]
mod tests;
