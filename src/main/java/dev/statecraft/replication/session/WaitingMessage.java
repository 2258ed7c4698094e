package dev.statecraft.replication.session;

/** A message that waits, and its number among the messages of its entity. */
record WaitingMessage(long number, Message message) {}
