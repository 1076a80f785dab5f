import type { ComponentChildren } from 'preact';

/** Line icons; the control that holds one has the words. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const HomeIcon = () => (
  <Icon>
    <path d="M4 11.2 12 4l8 7.2V19a1.5 1.5 0 0 1-1.5 1.5h-4V15h-5v5.5h-4A1.5 1.5 0 0 1 4 19Z" />
  </Icon>
);

export const CameraIcon = () => (
  <Icon>
    <path d="M4 8.5A1.5 1.5 0 0 1 5.5 7H8l1.4-2.2h5.2L16 7h2.5A1.5 1.5 0 0 1 20 8.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5Z" />
    <circle cx="12" cy="12.8" r="3.4" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8" r="3.8" />
    <path d="M4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6" />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const BackIcon = () => (
  <Icon>
    <path d="m15 5-7 7 7 7" />
  </Icon>
);

export const TicketIcon = () => (
  <Icon>
    <path d="M3.5 7.5A1.5 1.5 0 0 1 5 6h14a1.5 1.5 0 0 1 1.5 1.5V10a2 2 0 0 0 0 4v2.500A1.5 1.5 0 0 1 19 18H5a1.5 1.5 0 0 1-1.5-1.500V14a2 2 0 0 0 0-4Z" />
    <path d="M14.5 6.500v2M14.5 11v2M14.5 15.500v2" />
  </Icon>
);

export const RefreshIcon = () => (
  <Icon>
    <path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3" />
    <path d="M19.5 3.500v4h-4" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.500L19 7.5" />
  </Icon>
);

export const ShieldIcon = () => (
  <Icon>
    <path d="M12 3.5 19 6v5.500c0 4.3-2.8 7.3-7 9-4.2-1.7-7-4.7-7-9V6Z" />
    <path d="m9 12 2.2 2.200L15.2 10" />
  </Icon>
);

export const CrownIcon = () => (
  <svg class="icon-crown" viewBox="0 0 20 16" width="16" height="13" aria-hidden="true" focusable="false">
    <path d="M1 3.5 5.5 7 10 1l4.5 6L19 3.5 17.2 14H2.800Z" fill="currentColor" />
  </svg>
);

export const OfflineIcon = () => (
  <Icon>
    <path d="M3 3l18 18M5 12.500a10 10 0 0 1 4-2.400M2 8.800A15 15 0 0 1 6.5 6M13 9.700a10 10 0 0 1 6 2.800M11 5a15 15 0 0 1 11 3.800M8.5 16a5 5 0 0 1 7 0" />
    <circle cx="12" cy="19.3" r=".6" fill="currentColor" />
  </Icon>
);

export const LinkIcon = () => (
  <Icon>
    <path d="M10 14a4 4 0 0 0 6 .4l2.6-2.600a4 4 0 0 0-5.7-5.700L11.5 7.5" />
    <path d="M14 10a4 4 0 0 0-6-.4l-2.6 2.600a4 4 0 0 0 5.7 5.700l1.4-1.4" />
  </Icon>
);

export const DiceIcon = () => (
  <Icon>
    <rect x="4" y="4" width="16" height="16" rx="4" />
    <path d="M8.5 8.500h.01M15.5 8.500h.01M12 12h.01M8.5 15.500h.01M15.5 15.500h.01" stroke-width="2.6" />
  </Icon>
);
