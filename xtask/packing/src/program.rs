//! What is known of the next byte of a WebAssembly module from those before it.
//!
//! What is no module is read all the same; then what is known is of no use.

/// Reads a module byte by byte, and knows at each which part of what it will be.
#[derive(Debug)]
pub(crate) struct Program {
    position: u32,
    place: Place,
    section: u8,
    section_end: u32,
    body_end: u32,
    /// How many more declarations of locals there are, or targets of a table of branches.
    more: u32,
    /// The number that is being read, and how many bits of it there are.
    pub(crate) number: u32,
    bits: u32,
    /// The operation whose operands are being read, and what they are, the first in the lowest bits.
    operation: u32,
    operands: u64,
    /// How many bytes of them have been read.
    read: u32,
    /// The operations before it, the last first.
    pub(crate) before: [u32; 4],
    /// The locals that were named last.
    pub(crate) locals_named: [u32; 2],
    /// The function that was called last.
    pub(crate) called: u32,
    /// The operand before the next.
    pub(crate) operand: u32,
    /// All operations of the function, hashed so that only the last seven count.
    pub(crate) long_before: u32,
    /// Of each operation the last two operands.
    operands_of: [[u32; 2]; OPERATIONS],
}

/// Where in a module a byte stands (WebAssembly Core Specification 2.0, chapter 5).
#[derive(Debug, Clone, Copy)]
enum Place {
    Header,
    Section,
    SectionSize,
    Other,
    Bodies,
    BodySize,
    Declarations,
    DeclarationCount,
    DeclarationType,
    Code,
}

/// Operands are listed 4 bits each: 0 for no more of them; a number; a byte; the targets of a table of
/// branches; the number of an operation that begins with 0xfc or 0xfd.
const NUMBER: u64 = 1;
const BYTE: u64 = 2;
const TARGETS: u64 = 3;
const PREFIXED: u64 = 4;

impl Program {
    pub(crate) const fn new() -> Self {
        Self {
            position: 0,
            place: Place::Header,
            section: 0,
            section_end: 0,
            body_end: 0,
            more: 0,
            number: 0,
            bits: 0,
            operation: NONE,
            operands: 0,
            read: 0,
            before: [NONE; 4],
            locals_named: [0; 2],
            called: 0,
            operand: 0,
            long_before: 0,
            operands_of: [[0; 2]; OPERATIONS],
        }
    }

    /// What the next byte is: the same number for the same place in the same operation, less than
    /// [`STATES`].
    pub(crate) const fn state(&self) -> u32 {
        if matches!(self.place, Place::Code) {
            let read = if self.read < 15 { self.read } else { 15 };
            16 + self.operation * 16 + read
        } else {
            self.place as u32
        }
    }

    /// The last two operands of the operation that is being read.
    pub(crate) const fn operands_before(&self) -> [u32; 2] {
        self.operands_of[self.operation as usize]
    }

    /// Reads one more byte.
    pub(crate) fn read(&mut self, byte: u8) {
        self.position = self.position.wrapping_add(1);
        match self.place {
            Place::Header => {
                if self.position == 8 {
                    self.place = Place::Section;
                }
            }
            Place::Section => {
                self.section = byte;
                self.place = Place::SectionSize;
            }
            Place::SectionSize => {
                if let Some(size) = self.take(byte) {
                    self.section_end = self.position.wrapping_add(size);
                    self.place = if self.section == 10 {
                        Place::Bodies
                    } else {
                        Place::Other
                    };
                }
            }
            Place::Other => {
                if self.position == self.section_end {
                    self.place = Place::Section;
                }
            }
            Place::Bodies => {
                if self.take(byte).is_some() {
                    self.place = Place::BodySize;
                }
            }
            Place::BodySize => {
                if let Some(size) = self.take(byte) {
                    self.body_end = self.position.wrapping_add(size);
                    self.before = [NONE; 4];
                    self.place = Place::Declarations;
                }
            }
            Place::Declarations => {
                if let Some(count) = self.take(byte) {
                    self.more = count;
                    self.declare();
                }
            }
            Place::DeclarationCount => {
                if self.take(byte).is_some() {
                    self.place = Place::DeclarationType;
                }
            }
            Place::DeclarationType => {
                self.more = self.more.wrapping_sub(1);
                self.declare();
            }
            Place::Code => {
                self.read_code(byte);
                if self.position == self.body_end {
                    self.place = if self.position == self.section_end {
                        Place::Section
                    } else {
                        Place::BodySize
                    };
                }
            }
        }
    }

    fn declare(&mut self) {
        self.place = if self.more > 0 {
            Place::DeclarationCount
        } else {
            Place::Code
        };
    }

    /// A number in LEB128, when its last byte is there.
    fn take(&mut self, byte: u8) -> Option<u32> {
        self.number |= u32::from(byte & 127).wrapping_shl(self.bits);
        self.bits = self.bits.wrapping_add(7);
        if byte >= 128 {
            return None;
        }
        let number = self.number;
        self.number = 0;
        self.bits = 0;
        Some(number)
    }

    fn read_code(&mut self, byte: u8) {
        if self.operation == NONE {
            self.operation = u32::from(byte);
            self.operands = operands(byte);
        } else {
            self.read = self.read.wrapping_add(1);
            let operand = self.operands & 15;
            let number = if operand == BYTE {
                Some(0)
            } else {
                self.take(byte)
            };
            let Some(number) = number else { return };
            self.operands >>= 4;
            self.operand = number;
            let operands = &mut self.operands_of[self.operation as usize];
            *operands = [number, operands[0]];
            match (operand, self.operation) {
                (TARGETS, _) => self.more = number.wrapping_add(1),
                (PREFIXED, operation) => {
                    self.operation = if operation == 0xfc { 256 } else { 384 } + number.min(383);
                    self.operands = operands_behind(operation, number);
                }
                (_, 0x20..=0x22) => self.locals_named = [number, self.locals_named[0]],
                (_, 0x10) => self.called = number,
                _ => {}
            }
            if self.operands == 0 && self.more > 0 {
                self.more = self.more.wrapping_sub(1);
                self.operands = NUMBER;
            }
        }
        if self.operands == 0 {
            let moved = self.long_before.wrapping_mul(0x2f0b_4c50);
            self.long_before = moved.wrapping_add(self.operation + 1);
            self.before.rotate_right(1);
            self.before[0] = self.operation;
            self.operation = NONE;
            self.read = 0;
        }
    }
}

/// No operation: a byte that is none.
const NONE: u32 = 0xff;

/// More than the number of any operation.
const OPERATIONS: usize = 768;
/// 16 bytes of each operation are told apart.
pub(crate) const STATES: usize = 16 + 16 * OPERATIONS;

/// What stands behind this byte of an operation.
const fn operands(operation: u8) -> u64 {
    match operation {
        2..=4 | 12 | 13 | 16 | 32..=38 | 63..=66 | 0xd0 | 0xd2 => NUMBER,
        17 | 40..=62 => 0x11,
        14 => TARGETS,
        28 => 0x21,
        67 => 0x2222,
        68 => 0x2222_2222,
        0xfc | 0xfd => PREFIXED,
        _ => 0,
    }
}

/// What stands behind the number of an operation that begins with 0xfc or 0xfd.
const fn operands_behind(prefix: u32, number: u32) -> u64 {
    match (prefix, number) {
        (0xfc, 8 | 10 | 12 | 14) | (0xfd, 0..=11 | 92 | 93) => 0x11,
        (0xfc, 9..) => NUMBER,
        (0xfd, 12 | 13) => 0x2222_2222_2222_2222,
        (0xfd, 21..=34) => BYTE,
        (0xfd, 84..=91) => 0x211,
        _ => 0,
    }
}
