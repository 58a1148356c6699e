//! The syntax tree of expressions.

use crate::catalogue::BinaryOp;
use crate::source::Span;
use crate::types::model::ColumnRef;

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// From its first to its last byte, in the pipeline file.
    pub span: Span,
    /// Levels below it, itself included.
    pub(super) depth: u16,
}

/// A name as written.
#[derive(Debug, Clone)]
pub struct Ident {
    /// Without quotes.
    pub name: String,
    /// With quotes.
    pub span: Span,
    /// Whether it stands in `"`, as texts do elsewhere.
    pub double_quoted: bool,
    /// Whether it is all that stands in a scalar with quotes, so that a text may be meant whose quotes YAML took.
    pub yaml_quoted: bool,
}

/// An item of a list: `expression` or `expression as name`.
#[derive(Debug, Clone)]
pub struct Item {
    /// The expression.
    pub expr: Node,
    /// The name behind `as`.
    pub alias: Option<Ident>,
}

/// The name of an input: `table` or `table as alias`.
#[derive(Debug, Clone)]
pub struct InputName {
    /// The table or view.
    pub name: Ident,
    /// The name behind `as`.
    pub alias: Option<Ident>,
}

/// The forms of expressions.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// `column` or `input.column`, before `resolve`.
    Name {
        /// In front of the point.
        qualifier: Option<Ident>,
        /// The column.
        name: Ident,
    },
    /// A column of an input; put in by `resolve`.
    Column(ColumnRef),
    /// A group key by its name; put in by `resolve`.
    Key(u32),
    /// A name that `resolve` has reported.
    Broken,
    /// A constant.
    Literal(Literal),
    /// `-x`
    Negate(Box<Node>),
    /// `+x`
    Plus(Box<Node>),
    /// `not x`
    Not(Box<Node>),
    /// Two or more operands.
    And(Vec<Node>),
    /// Two or more operands.
    Or(Vec<Node>),
    /// An operator between two operands, `is [not] distinct from` among them.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left and right.
        operands: Box<[Node; 2]>,
    },
    /// `x is [not] …`
    Is {
        /// `x`
        operand: Box<Node>,
        /// What is asked.
        test: IsTest,
        /// `not`
        negated: bool,
    },
    /// `x [not] between [symmetric] low and high`
    Between {
        /// `x`, `low`, `high`
        operands: Box<[Node; 3]>,
        /// Whether the limits may stand in either order.
        symmetric: bool,
        /// `not`
        negated: bool,
    },
    /// `x [not] in (…)`
    In {
        /// `x`
        operand: Box<Node>,
        /// One or more.
        list: Vec<Node>,
        /// `not`
        negated: bool,
    },
    /// `x [not] like y [escape z]`, `x [not] similar to y [escape z]`
    Like {
        /// Which.
        kind: LikeKind,
        /// `x`, `y` and perhaps `z`
        operands: Vec<Node>,
        /// `not`
        negated: bool,
    },
    /// `case [x] when a then b … [else c] end`
    Case {
        /// `x`
        operand: Option<Box<Node>>,
        /// `a` and `b`
        branches: Vec<(Node, Node)>,
        /// `c`
        otherwise: Option<Box<Node>>,
    },
    /// `cast(x as type)`, `try_cast(x as type)`
    Cast {
        /// `x`
        operand: Box<Node>,
        /// The type as written.
        ty: TypeName,
        /// `try_cast`
        attempt: bool,
    },
    /// `f(…)`
    Call(Call),
    /// A type as an argument (`json_value(… returning int)`).
    Type(TypeName),
}

/// A call of a function or an aggregate. What has a grammar of its own, such as `extract(year from x)` or
/// `date '2024-02-29'`, is a call too, in the form that [`crate::catalogue`] describes.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function as written.
    pub name: Ident,
    /// Its arguments.
    pub args: Vec<Node>,
    /// `f(*)`
    pub star: bool,
    /// `f(distinct …)`, and where the word stands.
    pub distinct: Option<Span>,
    /// `filter (where …)`
    pub filter: Option<Box<Node>>,
}

/// What `is` asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsTest {
    /// `is null`
    Null,
    /// `is true`
    True,
    /// `is false`
    False,
    /// `is unknown`
    Unknown,
}

/// Comparisons with a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    /// `like`
    Like,
    /// `similar to`
    Similar,
}

/// Constants as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`; none is `unknown`
    Boolean(Option<bool>),
    /// Digits, point, exponent; a sign in front if it stands right before the number.
    Number(String),
    /// `'…'`, `u&'…'`
    Text(String),
    /// `x'…'`
    Bytes(Vec<u8>),
}

/// A type as written: `decimal(18, 2) not null`.
#[derive(Debug, Clone)]
pub struct TypeName {
    /// The words in lower case, blanks between: `decimal`, `double precision`, `timestamp with local time zone`.
    pub name: String,
    /// The numbers in brackets.
    pub args: Vec<(u64, Span)>,
    /// `not null`
    pub not_null: bool,
    /// Without `not null`.
    pub span: Span,
}

impl Node {
    /// What stands for a text that was reported.
    pub fn broken(span: Span) -> Self {
        Self { kind: NodeKind::Broken, span, depth: 1 }
    }

    /// A node over its children.
    pub fn new(kind: NodeKind, span: Span) -> Self {
        let mut depth = 0;
        kind.each_child(&mut |child| depth = depth.max(child.depth));
        Self { kind, span, depth: depth.saturating_add(1) }
    }
}

impl NodeKind {
    /// Calls `visit` with every node right below, from the left.
    pub fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        match self {
            Self::Name { .. } | Self::Column(_) | Self::Key(_) | Self::Broken | Self::Literal(_) | Self::Type(_) => {}
            Self::Negate(operand) | Self::Plus(operand) | Self::Not(operand) => visit(operand),
            Self::And(operands) | Self::Or(operands) | Self::Like { operands, .. } => operands.iter().for_each(visit),
            Self::Binary { operands, .. } => operands.iter().for_each(visit),
            Self::Is { operand, .. } | Self::Cast { operand, .. } => visit(operand),
            Self::Between { operands, .. } => operands.iter().for_each(visit),
            Self::In { operand, list, .. } => {
                visit(operand);
                list.iter().for_each(visit);
            }
            Self::Case { operand, branches, otherwise } => {
                if let Some(operand) = operand {
                    visit(operand);
                }
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
            Self::Call(call) => {
                call.args.iter().for_each(&mut *visit);
                if let Some(filter) = &call.filter {
                    visit(filter);
                }
            }
        }
    }

    /// The same with nodes that can be changed.
    pub fn each_child_mut(&mut self, visit: &mut dyn FnMut(&mut Node)) {
        match self {
            Self::Name { .. } | Self::Column(_) | Self::Key(_) | Self::Broken | Self::Literal(_) | Self::Type(_) => {}
            Self::Negate(operand) | Self::Plus(operand) | Self::Not(operand) => visit(operand),
            Self::And(operands) | Self::Or(operands) | Self::Like { operands, .. } => {
                operands.iter_mut().for_each(visit);
            }
            Self::Binary { operands, .. } => operands.iter_mut().for_each(visit),
            Self::Is { operand, .. } | Self::Cast { operand, .. } => visit(operand),
            Self::Between { operands, .. } => operands.iter_mut().for_each(visit),
            Self::In { operand, list, .. } => {
                visit(operand);
                list.iter_mut().for_each(visit);
            }
            Self::Case { operand, branches, otherwise } => {
                if let Some(operand) = operand {
                    visit(operand);
                }
                for (condition, value) in branches {
                    visit(condition);
                    visit(value);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
            Self::Call(call) => {
                call.args.iter_mut().for_each(&mut *visit);
                if let Some(filter) = &mut call.filter {
                    visit(filter);
                }
            }
        }
    }
}
