-- Messages are JCE now. Those that wait are dropped: whatever a message asks for is pulled as well. Dead ones stay for whoever looks at them.
delete from outbox where state = 0
---
--sqlite: update outbox set context = cast(context as blob), payload = cast(payload as blob)
--postgres: alter table outbox alter column context type bytea using convert_to(context, 'UTF8')
---
--postgres: alter table outbox alter column payload type bytea using convert_to(payload, 'UTF8')
---
--postgres: alter table outbox alter column payload set storage external
