/// The version of the suite; part of what every stage depends on.
public let assayVersion = "0.2.0"
