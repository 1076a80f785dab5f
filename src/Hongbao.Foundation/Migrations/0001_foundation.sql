-- Tables that every module has, owned by Foundation. Modules' own migrations start at 2.
create table number_lease (
  kind text not null,
  instance int not null check (instance between 0 and 63),
  holder text not null,
  until_second bigint not null,
  primary key (kind, instance)
)
---
create table outbox (
  --sqlite: id integer primary key autoincrement,
  --postgres: id bigint generated always as identity primary key,
  slot int not null,
  topic text not null,
  context text not null,
  payload text not null,
  created_at bigint not null,
  visible_at bigint not null,
  -- deliveries begun; the waits between them grow with it
  attempts int not null default 0,
  -- deliveries that failed by the message's own fault; enough of them make it dead
  failures int not null default 0,
  -- 0 waiting, 1 dead
  state smallint not null default 0 check (state in (0, 1)),
  last_error text
)
---
create index outbox_due on outbox (state, topic, visible_at, id)
---
create table outbox_tally (
  topic text primary key,
  sent bigint not null
)
---
create table inbox (
  message_id text not null,
  handler text not null,
  received_at bigint not null,
  primary key (message_id, handler)
)
---
create index inbox_age on inbox (received_at)
---
-- What is due: small, so that scans stay cheap. Kinds are the module's.
create table due (
  kind smallint not null,
  no bigint not null,
  slot int not null,
  next_check_at bigint not null,
  attempts int not null default 0,
  deadline_at bigint not null,
  primary key (kind, no)
)
---
create index due_next on due (kind, next_check_at)
---
-- Nonces of callbacks whose transition is committed.
create table callback_nonces (
  nonce text primary key,
  received_at bigint not null
)
---
create index callback_nonces_age on callback_nonces (received_at)
