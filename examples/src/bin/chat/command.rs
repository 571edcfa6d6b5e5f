//! Parsing of lines. Knows neither sockets nor actors.

pub const HELP: &str = "\
* /nick NAME  be called NAME
* /join ROOM  go to another room, which is opened if there is none
* /who        who is here
* /quit       go
* anything else is said to the room
";

/// The maximum number of characters in a nick or room name.
const LONGEST: usize = 24;

#[derive(Debug, PartialEq)]
pub enum Command {
    Say(String),
    Nick(String),
    Join(String),
    Who,
    Quit,
    Help,
    /// With the text for the client.
    Wrong(&'static str),
}

impl Command {
    /// Parses a line without surrounding spaces.
    pub fn of(line: String) -> Self {
        if !line.starts_with('/') {
            return Command::Say(line);
        }
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("/nick"), Some(nick), None) => named(nick, Command::Nick),
            (Some("/join"), Some(room), None) => named(room, Command::Join),
            (Some("/nick"), ..) => Command::Wrong("it is `/nick NAME`, a name without blanks"),
            (Some("/join"), ..) => Command::Wrong("it is `/join ROOM`, a name without blanks"),
            (Some("/who"), None, _) => Command::Who,
            (Some("/quit"), None, _) => Command::Quit,
            (Some("/help"), None, _) => Command::Help,
            _ => Command::Wrong("there is no such command; try /help"),
        }
    }
}

fn named(name: &str, command: fn(String) -> Command) -> Command {
    let is_fit = |char: char| char.is_alphanumeric() || "-_".contains(char);
    if name.chars().all(is_fit) && name.chars().count() <= LONGEST {
        command(name.to_owned())
    } else {
        Command::Wrong("a name has at most 24 letters, digits, `-` and `_`")
    }
}

#[cfg(test)]
mod tests {
    use super::Command;

    #[test]
    fn a_line_that_begins_with_a_slash_is_a_command() {
        let of = |line: &str| Command::of(line.to_owned());
        assert_eq!(of("and/or"), Command::Say("and/or".into()));
        assert_eq!(of("/nick  ann"), Command::Nick("ann".into()));
        assert_eq!(of("/join caf\u{e9}_2"), Command::Join("caf\u{e9}_2".into()));
        assert_eq!(of("/who"), Command::Who);
        for wrong in ["/", "/whom", "/nick", "/nick a b", "/join #a", "/quit now"] {
            assert!(matches!(of(wrong), Command::Wrong(_)), "{wrong}");
        }
        assert!(matches!(of(&format!("/nick {}", "n".repeat(25))), Command::Wrong(_)));
    }
}
