-- A refund that is not final is due on its own: what can still expire is not walked through to find it.
update due set kind = 5 where kind = 2 and no in (select packet_no from packets where state in (4, 5))
---
delete from due where kind = 2 and no in (select packet_no from packets where state in (3, 6, 7))
---
-- What a user sent on a business day, counted where it is created; one row makes his sends wait for each other.
create table sent_days (
  app text not null,
  uid bigint not null,
  currency text not null,
  day_from bigint not null,
  slot int not null,
  packets int not null,
  amount bigint not null check (amount >= 0),
  primary key (app, uid, currency, day_from)
)
---
create index sent_days_age on sent_days (day_from)
