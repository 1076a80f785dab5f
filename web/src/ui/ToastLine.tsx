import { useValue } from '../value';
import { toast } from './toast';
import './toastLine.css';

export function ToastLine() {
  const text = useValue(toast);
  return (
    <div class="toast-place" role="status">
      {text && <p class="toast">{text}</p>}
    </div>
  );
}
