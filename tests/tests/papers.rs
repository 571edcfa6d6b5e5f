//! The papers of the repository: their links lead somewhere, their listings are real, and what they
//! name is there.

#[path = "papers"]
mod papers {
    mod chapters;
    mod dependencies;
    mod examples;
    mod figures;
    mod generated;
    mod guarantees;
    mod links;
    mod mistakes;
    mod page;
    mod prose;
    mod shown;
    mod text;
}
