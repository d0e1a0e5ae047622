import { mount } from '../parts/mount';
import '../tokens.css';
import '../base.css';
import './wall.css';
import { Wall } from './Wall';

void mount(() => <Wall />);
