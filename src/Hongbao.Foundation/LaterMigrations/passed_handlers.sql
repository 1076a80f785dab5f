-- Who has a message already while others have not: names of handlers, with commas.
alter table outbox add column passed text
