import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import './start.css';
import { Start } from './Start';

void mount(() => <Start />);
